package io.governance.testkit;

import java.util.Map;

import io.governance.testkit.boot.ApplicationContract;

class LocalApplicationTests extends ApplicationContract {

	@Override
	protected BackendFixture fixture() {
		return new LocalFixture();
	}

	@Override
	protected Map<String, String> properties(String address) {
		return Map.of("governance.backend", "local", "governance.local.directory", address);
	}

}
