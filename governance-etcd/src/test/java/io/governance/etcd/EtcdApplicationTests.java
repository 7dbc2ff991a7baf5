package io.governance.etcd;

import java.util.Map;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.boot.ApplicationContract;

class EtcdApplicationTests extends ApplicationContract {

	@Override
	protected BackendFixture fixture() {
		return new EtcdFixture();
	}

	@Override
	protected Map<String, String> properties(String address) {
		return Map.of("governance.backend", "etcd", "governance.etcd.endpoints", address);
	}

}
