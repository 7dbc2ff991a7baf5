package io.governance.etcd;

import java.util.Map;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.boot.LoadContract;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated
class EtcdLoadTests extends LoadContract {

	@Override
	protected BackendFixture fixture() {
		return new EtcdFixture();
	}

	@Override
	protected Map<String, String> properties(String address) {
		return Map.of("governance.backend", "etcd", "governance.etcd.endpoints", address);
	}

}
