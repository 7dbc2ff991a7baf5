package io.governance.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.function.IntSupplier;

import io.governance.backend.Backend;
import io.governance.testkit.BackendFixture;
import io.governance.testkit.FaultyConnection;
import io.governance.testkit.FootprintContract;
import io.governance.testkit.TcpProxy;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated
class EtcdFootprintTests extends FootprintContract {

	private final TcpProxy proxy = TcpProxy.to(URI.create(EtcdServer.shared().address()).getPort());

	@Override
	protected BackendFixture fixture() {
		return new Proxied(this.proxy);
	}

	@Override
	protected IntSupplier connections() {
		return this.proxy::connections;
	}

	/** All goes through the proxy, which counts the connections. */
	private record Proxied(TcpProxy proxy) implements BackendFixture {

		@Override
		public String address() {
			return "http://" + this.proxy.address();
		}

		@Override
		public Backend open(String address, String namespace) {
			return Etcds.open(address, namespace);
		}

		@Override
		public FaultyConnection connect() {
			throw new UnsupportedOperationException("Nothing is cut");
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
			this.proxy.close();
		}

	}

}
