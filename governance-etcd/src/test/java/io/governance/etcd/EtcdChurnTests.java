package io.governance.etcd;

import java.time.Duration;

import io.governance.backend.Backend;
import io.governance.testkit.BackendFixture;
import io.governance.testkit.ChurnContract;
import io.governance.testkit.FaultyConnection;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated
class EtcdChurnTests extends ChurnContract {

	private final EtcdServer server = EtcdServer.options().create();

	@Override
	protected BackendFixture fixture() {
		this.server.start();
		return new Own(this.server);
	}

	@Override
	protected void kill() {
		this.server.kill();
	}

	@Override
	protected void restart() {
		this.server.start();
	}

	/** A server that is killed. */
	private record Own(EtcdServer server) implements BackendFixture {

		@Override
		public String address() {
			return this.server.address();
		}

		@Override
		public Backend open(String address, String namespace) {
			return Etcds.open(address, namespace);
		}

		@Override
		public FaultyConnection connect() {
			throw new UnsupportedOperationException("The server itself is killed");
		}

		@Override
		public Duration lease() {
			return Duration.ofSeconds(5);
		}

		@Override
		public Duration detection() {
			return Duration.ofSeconds(5);
		}

		@Override
		public void close() {
			this.server.close();
		}

	}

}
