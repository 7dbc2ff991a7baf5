package io.governance.testkit;

import java.util.Map;

import io.governance.testkit.boot.LoadContract;

class LocalLoadTests extends LoadContract {

	@Override
	protected BackendFixture fixture() {
		return new LocalFixture();
	}

	@Override
	protected Map<String, String> properties(String address) {
		return Map.of("governance.backend", "local", "governance.local.directory", address);
	}

}
