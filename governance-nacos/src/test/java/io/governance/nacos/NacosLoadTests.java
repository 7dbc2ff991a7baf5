package io.governance.nacos;

import java.util.Map;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.boot.LoadContract;

class NacosLoadTests extends LoadContract {

	@Override
	protected BackendFixture fixture() {
		return new NacosFixture();
	}

	@Override
	protected Map<String, String> properties(String address) {
		return Map.of("governance.backend", "nacos", "governance.nacos.addresses", address,
				"spring.cloud.nacos.discovery.enabled", "false");
	}

}
