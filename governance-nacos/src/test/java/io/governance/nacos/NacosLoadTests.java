package io.governance.nacos;

import java.util.Map;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.FaultyConnection;
import io.governance.testkit.boot.LoadContract;
import io.governance.testservers.NacosServer;

class NacosLoadTests extends LoadContract {

	private final NacosServer server = NacosServer.own();

	@Override
	protected BackendFixture fixture() {
		return new NacosFixture() {

			@Override
			public String address() {
				return address(NacosLoadTests.this.server.address());
			}

		};
	}

	@Override
	protected FaultyConnection server() {
		return FaultyConnection.ofServer(NacosFixture.address(this.server.address()), this.server::stop,
				this.server::start, this.server::close);
	}

	@Override
	protected Map<String, String> properties(String address) {
		return Map.of("governance.backend", "nacos", "governance.nacos.addresses", address,
				"spring.cloud.nacos.discovery.enabled", "false");
	}

}
