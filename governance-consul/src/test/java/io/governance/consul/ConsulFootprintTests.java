package io.governance.consul;

import java.net.URI;
import java.time.Duration;
import java.util.function.IntSupplier;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.FootprintContract;
import io.governance.testkit.TcpProxy;
import io.governance.testservers.ConsulServer;
import org.junit.jupiter.api.AfterEach;

/** What it costs to watch very much on Consul. */
class ConsulFootprintTests extends FootprintContract {

	private final TcpProxy proxy = TcpProxy.to(URI.create(ConsulServer.shared().address()).getPort());

	@AfterEach
	void close() {
		this.proxy.close();
	}

	@Override
	protected BackendFixture fixture() {
		return new ConsulFixture(Duration.ofSeconds(60), "http://" + this.proxy.address());
	}

	@Override
	protected IntSupplier connections() {
		return this.proxy::connections;
	}

}
