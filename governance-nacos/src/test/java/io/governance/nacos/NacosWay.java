package io.governance.nacos;

import java.io.UncheckedIOException;
import java.util.function.Consumer;

import io.governance.testkit.FaultyConnection;
import io.governance.testkit.TcpProxy;

/** A way to both ports of a server, HTTP and gRPC, which can be disturbed. */
record NacosWay(TcpProxy http, TcpProxy grpc) implements FaultyConnection {

	private static final int OFFSET = 1000;

	private static final int TRIES = 20;

	static NacosWay to(String address) {
		int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
		UncheckedIOException last = null;
		for (int i = 0; i < TRIES; i++) {
			TcpProxy http = TcpProxy.to(port);
			try {
				return new NacosWay(http, TcpProxy.to(port + OFFSET, http.port() + OFFSET));
			}
			catch (UncheckedIOException ex) {
				http.close();
				last = ex;
			}
		}
		throw (last != null) ? last : new IllegalStateException();
	}

	@Override
	public String address() {
		return this.http.address();
	}

	/** How many connections go this way, over HTTP and gRPC. */
	int connections() {
		return this.http.connections() + this.grpc.connections();
	}

	@Override
	public void cut() {
		both(TcpProxy::cut);
	}

	@Override
	public void hang() {
		both(TcpProxy::stall);
	}

	@Override
	public void restore() {
		both(TcpProxy::restore);
	}

	@Override
	public void close() {
		both(TcpProxy::close);
	}

	private void both(Consumer<TcpProxy> action) {
		action.accept(this.http);
		action.accept(this.grpc);
	}

}
