package io.governance.consul;

import java.util.Map;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.boot.ApplicationContract;

class ConsulApplicationTests extends ApplicationContract {

	@Override
	protected BackendFixture fixture() {
		return new ConsulFixture();
	}

	@Override
	protected Map<String, String> properties(String address) {
		return Map.of("governance.backend", "consul", "governance.consul.addresses", address,
				"governance.consul.registration.ttl", "30s", "spring.cloud.consul.enabled", "false");
	}

}
