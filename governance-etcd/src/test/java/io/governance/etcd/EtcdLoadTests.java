package io.governance.etcd;

import java.util.Map;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.FaultyConnection;
import io.governance.testkit.boot.LoadContract;
import io.governance.testservers.EtcdServer;

class EtcdLoadTests extends LoadContract {

	private final EtcdServer server = EtcdServer.own();

	@Override
	protected BackendFixture fixture() {
		return new EtcdFixture(this.server.address());
	}

	@Override
	protected FaultyConnection server() {
		return FaultyConnection.ofServer(this.server.address(), this.server::stop, this.server::start,
				this.server::close);
	}

	@Override
	protected Map<String, String> properties(String address) {
		return Map.of("governance.backend", "etcd", "governance.etcd.endpoints", address);
	}

}
