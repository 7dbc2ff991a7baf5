package io.governance.consul;

import java.time.Duration;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.ChurnContract;
import io.governance.testservers.ConsulServer;
import org.junit.jupiter.api.AfterEach;

/** Changes without an end, at an agent that is killed again and again. */
class ConsulChurnTests extends ChurnContract {

	private final ConsulServer server = ConsulServer.own();

	@AfterEach
	void close() {
		this.server.close();
	}

	@Override
	protected BackendFixture fixture() {
		return new ConsulFixture(Duration.ofSeconds(10), this.server.address());
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
