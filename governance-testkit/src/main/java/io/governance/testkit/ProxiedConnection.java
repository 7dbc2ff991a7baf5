package io.governance.testkit;

/**
 * A way that leads through a proxy.
 */
record ProxiedConnection(TcpProxy proxy, String address) implements FaultyConnection {

	@Override
	public void cut() {
		this.proxy.cut();
	}

	@Override
	public void hang() {
		this.proxy.stall();
	}

	@Override
	public void restore() {
		this.proxy.restore();
	}

	@Override
	public void close() {
		this.proxy.close();
	}

}
