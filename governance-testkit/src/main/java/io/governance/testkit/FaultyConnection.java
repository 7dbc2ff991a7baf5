package io.governance.testkit;

/**
 * A way to a server that can be cut, without harm to the other ways to it. Not used by
 * two threads at once.
 */
public interface FaultyConnection extends AutoCloseable {

	/**
	 * The address to open a backend with.
	 * @return the address, the same for as long as this lives
	 */
	String address();

	/**
	 * Cuts the connections that there are, and refuses new ones.
	 */
	void cut();

	/**
	 * Lets the server hang: connections are accepted and kept, and nothing comes. Where
	 * that is not possible, the way is cut.
	 */
	default void hang() {
		cut();
	}

	/**
	 * Lets everything through again.
	 */
	void restore();

	/**
	 * Ends the way, and its connections.
	 */
	@Override
	void close();

	/**
	 * A way through a proxy on this machine.
	 * @param proxy the proxy, which is closed along with the way
	 * @param address how a backend addresses the proxy
	 * @return the way
	 */
	static FaultyConnection through(TcpProxy proxy, String address) {
		return new ProxiedConnection(proxy, address);
	}

	/**
	 * No way of its own, but the server itself, which nobody else uses: where the way is
	 * cut, its process ends, and is started again on its data.
	 * @param address how a backend addresses the server
	 * @param stop ends the server, and returns when it is gone
	 * @param start starts it at the same address, and returns when it serves
	 * @param close ends it for good, along with the way
	 * @return the way
	 */
	static FaultyConnection ofServer(String address, Runnable stop, Runnable start, Runnable close) {
		return new StoppableServer(address, stop, start, close);
	}

}
