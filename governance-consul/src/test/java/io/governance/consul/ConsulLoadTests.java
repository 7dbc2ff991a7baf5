package io.governance.consul;

import java.time.Duration;
import java.util.Map;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.FaultyConnection;
import io.governance.testkit.boot.LoadContract;
import io.governance.testservers.ConsulServer;

class ConsulLoadTests extends LoadContract {

	private final ConsulServer server = ConsulServer.own();

	@Override
	protected BackendFixture fixture() {
		return new ConsulFixture(Duration.ofSeconds(3), this.server.address());
	}

	@Override
	protected FaultyConnection server() {
		return FaultyConnection.ofServer(this.server.address(), this.server::stop, this.server::start,
				this.server::close);
	}

	@Override
	protected Map<String, String> properties(String address) {
		return Map.of("governance.backend", "consul", "governance.consul.addresses", address,
				"governance.consul.registration.ttl", "3s", "spring.cloud.consul.enabled", "false");
	}

}
