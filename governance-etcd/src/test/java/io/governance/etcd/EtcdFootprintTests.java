package io.governance.etcd;

import java.net.URI;
import java.util.function.IntSupplier;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.FootprintContract;
import io.governance.testkit.TcpProxy;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.AfterEach;

/** What it costs to watch very much on etcd. */
class EtcdFootprintTests extends FootprintContract {

	private final TcpProxy proxy = TcpProxy.to(URI.create(EtcdServer.shared().address()).getPort());

	@AfterEach
	void close() {
		this.proxy.close();
	}

	@Override
	protected BackendFixture fixture() {
		return new EtcdFixture("http://" + this.proxy.address());
	}

	@Override
	protected IntSupplier connections() {
		return this.proxy::connections;
	}

}
