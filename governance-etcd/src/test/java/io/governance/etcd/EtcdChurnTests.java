package io.governance.etcd;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.ChurnContract;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.AfterEach;

/** Changes without an end, at a server that is killed again and again. */
class EtcdChurnTests extends ChurnContract {

	private final EtcdServer server = EtcdServer.own();

	@AfterEach
	void close() {
		this.server.close();
	}

	@Override
	protected BackendFixture fixture() {
		return new EtcdFixture(this.server.address());
	}

	@Override
	protected void kill() {
		this.server.kill();
	}

	@Override
	protected void restart() {
		this.server.start();
	}

}
