package io.governance.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * One connection through a proxy. Used by the proxy's thread alone.
 */
final class ProxyLink {

	private final SocketChannel client;

	private final SocketChannel server;

	private final SelectionKey clientKey;

	private final SelectionKey serverKey;

	private final ProxyFlow up;

	private final ProxyFlow down;

	private boolean closed;

	ProxyLink(SocketChannel client, InetSocketAddress address, Selector selector) throws IOException {
		this.client = client;
		this.server = SocketChannel.open();
		this.clientKey = register(this.client, selector, 0);
		this.serverKey = register(this.server, selector, SelectionKey.OP_CONNECT);
		this.up = new ProxyFlow(this.client, this.server);
		this.down = new ProxyFlow(this.server, this.client);
		try {
			this.server.connect(address);
		}
		catch (IOException ex) {
			reset();
		}
	}

	private static SelectionKey register(SocketChannel channel, Selector selector, int operations) throws IOException {
		channel.configureBlocking(false);
		channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
		return channel.register(selector, operations);
	}

	boolean isClosed() {
		return this.closed;
	}

	/** Moves what can be moved, and asks to be told when more can be. */
	void move(long now, long delayNanos, boolean stalled) {
		if (this.closed) {
			return;
		}
		try {
			if (this.server.isConnectionPending() && !this.server.finishConnect()) {
				return;
			}
			this.up.move(now, delayNanos, stalled);
			this.down.move(now, delayNanos, stalled);
			if (this.up.isEnded() && this.down.isEnded()) {
				this.closed = true;
				this.client.close();
				this.server.close();
				return;
			}
			this.clientKey.interestOps(this.up.readInterest() | this.down.writeInterest());
			this.serverKey.interestOps(this.down.readInterest() | this.up.writeInterest());
		}
		catch (IOException ex) {
			reset();
		}
	}

	long nanosToNextWrite(long now) {
		if (this.closed || this.server.isConnectionPending()) {
			return Long.MAX_VALUE;
		}
		return Math.min(this.up.nanosToNextWrite(now), this.down.nanosToNextWrite(now));
	}

	/** Ends both sides the hard way: they are told that the connection was reset. */
	void reset() {
		this.closed = true;
		reset(this.client);
		reset(this.server);
	}

	private static void reset(SocketChannel channel) {
		try {
			channel.setOption(StandardSocketOptions.SO_LINGER, 0);
		}
		catch (IOException ex) {
			// Not connected any more.
		}
		try {
			channel.close();
		}
		catch (IOException ex) {
			// Closed as well as it can be.
		}
	}

}
