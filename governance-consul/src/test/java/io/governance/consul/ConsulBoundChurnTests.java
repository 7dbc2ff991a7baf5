package io.governance.consul;

import java.time.Duration;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.ChurnContract;
import io.governance.testservers.ConsulServer;
import org.junit.jupiter.api.AfterEach;

/**
 * As {@link ConsulChurnTests}, with most of what is watched beyond the bound of watches.
 */
class ConsulBoundChurnTests extends ChurnContract {

	private static final int MAX_WATCHES = 4;

	private final ConsulServer server = ConsulServer.own();

	@AfterEach
	void close() {
		this.server.close();
	}

	@Override
	protected BackendFixture fixture() {
		return new ConsulFixture(Duration.ofSeconds(10), this.server.address(), MAX_WATCHES);
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
