package io.governance.nacos;

import java.time.Duration;
import java.util.Set;

import io.governance.backend.Backend;
import io.governance.testkit.BackendFixture;
import io.governance.testkit.ChurnContract;
import io.governance.testkit.FaultyConnection;
import io.governance.testservers.NacosServer;
import org.junit.jupiter.api.AfterEach;

/** Changes without an end, at a server that is killed again and again. */
class NacosChurnTests extends ChurnContract {

	private final NacosServer server = NacosServer.own();

	@AfterEach
	void close() {
		this.server.close();
	}

	@Override
	protected BackendFixture fixture() {
		return new Own(NacosFixture.address(this.server.address()));
	}

	@Override
	protected void kill() {
		this.server.kill();
	}

	@Override
	protected void restart() {
		this.server.start();
	}

	/** The server that is killed. */
	private record Own(String address) implements BackendFixture {

		@Override
		public Backend open(String address, String namespace) {
			return new NacosFixture().open(address, namespace);
		}

		@Override
		public FaultyConnection connect() {
			throw new UnsupportedOperationException("The server itself is killed");
		}

		@Override
		public Duration lease() {
			return Duration.ofSeconds(10);
		}

		@Override
		public Duration detection() {
			return Duration.ofSeconds(5);
		}

		@Override
		public Set<String> lastingThreads() {
			return new NacosFixture().lastingThreads();
		}

	}

}
