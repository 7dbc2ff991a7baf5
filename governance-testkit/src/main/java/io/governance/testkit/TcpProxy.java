package io.governance.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Stands on this machine before a port of this machine, and disturbs what passes: cuts,
 * stalls, delays. Has one daemon thread, however many connections there are. Thread-safe;
 * what is asked for holds when the method returns.
 */
public final class TcpProxy implements AutoCloseable {

	private static final int TRIES = 50;

	private final InetSocketAddress server;

	private final InetSocketAddress address;

	private final Selector selector;

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final Set<ProxyLink> links = new HashSet<>();

	private final Thread thread;

	private @Nullable ServerSocketChannel listening;

	private boolean stalled;

	private long delayNanos;

	private volatile int connections;

	private volatile boolean closed;

	private TcpProxy(int serverPort, InetSocketAddress address) throws IOException {
		this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort);
		this.address = address;
		this.selector = Selector.open();
		try {
			listen();
		}
		catch (IOException ex) {
			this.selector.close();
			throw ex;
		}
		this.thread = new Thread(this::run, "tcp-proxy-" + address.getPort());
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * A proxy that listens on a free port.
	 * @param serverPort the port behind it, on the loopback interface
	 * @return the proxy, which lets everything through
	 * @throws UncheckedIOException if no port can be listened on
	 */
	public static TcpProxy to(int serverPort) {
		return to(serverPort, InetAddress.getLoopbackAddress());
	}

	/**
	 * A proxy that listens on a free port of another address of this machine.
	 * @param serverPort the port behind it, on the loopback interface
	 * @param host where to listen, such as {@code 127.0.0.2}
	 * @return the proxy, which lets everything through
	 * @throws UncheckedIOException if no port can be listened on
	 */
	public static TcpProxy to(int serverPort, InetAddress host) {
		IOException last = new IOException("No port was tried");
		for (int i = 0; i < TRIES; i++) {
			try {
				// Below the ports that the system gives to clients: one of them could
				// take the port while the proxy refuses connections.
				return new TcpProxy(serverPort,
						new InetSocketAddress(host, ThreadLocalRandom.current().nextInt(15_000, 32_000)));
			}
			catch (IOException ex) {
				last = ex;
			}
		}
		throw new UncheckedIOException("No free port for a proxy to port " + serverPort, last);
	}

	/**
	 * A proxy that listens on a chosen port.
	 * @param serverPort the port behind it, on the loopback interface
	 * @param listenPort where to listen
	 * @return the proxy, which lets everything through
	 * @throws UncheckedIOException if the port is taken
	 */
	public static TcpProxy to(int serverPort, int listenPort) {
		try {
			return new TcpProxy(serverPort, new InetSocketAddress(InetAddress.getLoopbackAddress(), listenPort));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("A proxy cannot listen on port " + listenPort, ex);
		}
	}

	/**
	 * The port that it listens on.
	 * @return the port
	 */
	public int port() {
		return this.address.getPort();
	}

	/**
	 * Where it listens.
	 * @return {@code host:port}, such as {@code 127.0.0.1:15000}
	 */
	public String address() {
		return this.address.getAddress().getHostAddress() + ":" + port();
	}

	/**
	 * How many connections pass through it.
	 * @return the number of those that are open
	 */
	public int connections() {
		return this.connections;
	}

	/**
	 * Resets all connections and refuses new ones.
	 */
	public void cut() {
		call(() -> {
			unlisten();
			resetAll();
		});
	}

	/**
	 * Resets the connections that there are; new ones are let through.
	 */
	public void dropConnections() {
		call(this::resetAll);
	}

	/**
	 * Accepts connections and takes bytes, but passes nothing on in either direction, as
	 * if the server had stopped. What is held goes on after {@link #restore()}.
	 */
	public void stall() {
		call(() -> {
			listen();
			this.stalled = true;
		});
	}

	/**
	 * Passes bytes on later than they come, in either direction.
	 * @param delay how much later; zero for at once
	 */
	public void delay(Duration delay) {
		call(() -> {
			listen();
			this.delayNanos = delay.toNanos();
		});
	}

	/**
	 * Lets everything through at once again, also what was held.
	 */
	public void restore() {
		call(() -> {
			this.stalled = false;
			this.delayNanos = 0;
			listen();
		});
	}

	/**
	 * Ends all connections and listens no more.
	 */
	@Override
	public void close() {
		this.closed = true;
		this.selector.wakeup();
		try {
			this.thread.join(TimeUnit.SECONDS.toMillis(5));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void call(Task task) {
		CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
		this.tasks.add(() -> {
			try {
				task.run();
				done.complete(null);
			}
			catch (IOException | RuntimeException ex) {
				done.completeExceptionally(ex);
			}
		});
		this.selector.wakeup();
		if (this.closed) {
			throw new IllegalStateException("The proxy is closed");
		}
		done.orTimeout(10, TimeUnit.SECONDS).join();
	}

	private void run() {
		try {
			while (!this.closed) {
				long wait = nanosToNextWrite();
				if (wait < 0) {
					this.selector.select();
				}
				else if (wait < TimeUnit.MILLISECONDS.toNanos(1)) {
					this.selector.selectNow();
				}
				else {
					this.selector.select(TimeUnit.NANOSECONDS.toMillis(wait));
				}
				for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
					task.run();
				}
				serve();
			}
		}
		catch (IOException | ClosedSelectorException ex) {
			throw new IllegalStateException("A proxy to port " + this.server.getPort() + " ended", ex);
		}
		finally {
			closeAll();
		}
	}

	private void serve() throws IOException {
		for (SelectionKey key : this.selector.selectedKeys()) {
			if (key.isValid() && key.isAcceptable()) {
				accept();
			}
		}
		this.selector.selectedKeys().clear();
		long now = System.nanoTime();
		for (ProxyLink link : List.copyOf(this.links)) {
			link.move(now, this.delayNanos, this.stalled);
			if (link.isClosed()) {
				this.links.remove(link);
			}
		}
		this.connections = this.links.size();
	}

	private void accept() throws IOException {
		ServerSocketChannel listening = this.listening;
		SocketChannel client = (listening != null) ? listening.accept() : null;
		if (client != null) {
			this.links.add(new ProxyLink(client, this.server, this.selector));
			this.connections = this.links.size();
		}
	}

	/** Negative if nothing is due before something else happens. */
	private long nanosToNextWrite() {
		long wait = Long.MAX_VALUE;
		if (!this.stalled) {
			long now = System.nanoTime();
			for (ProxyLink link : this.links) {
				wait = Math.min(wait, link.nanosToNextWrite(now));
			}
		}
		return (wait == Long.MAX_VALUE) ? -1 : Math.max(0, wait);
	}

	private void listen() throws IOException {
		if (this.listening != null) {
			return;
		}
		ServerSocketChannel channel = ServerSocketChannel.open();
		try {
			channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
			channel.bind(this.address, 128);
			channel.configureBlocking(false);
			channel.register(this.selector, SelectionKey.OP_ACCEPT);
			this.listening = channel;
		}
		finally {
			if (this.listening == null) {
				channel.close();
			}
		}
	}

	private void unlisten() throws IOException {
		if (this.listening != null) {
			this.listening.close();
			this.listening = null;
			this.selector.selectNow();
		}
	}

	private void resetAll() throws IOException {
		this.links.forEach(ProxyLink::reset);
		this.links.clear();
		this.connections = 0;
		// A channel is open until its key is gone, which is at the next selection.
		this.selector.selectNow();
	}

	private void closeAll() {
		List<AutoCloseable> all = new ArrayList<>();
		if (this.listening != null) {
			all.add(this.listening);
		}
		this.links.forEach((link) -> all.add(link::reset));
		all.add(this.selector);
		this.connections = 0;
		for (AutoCloseable one : all) {
			try {
				one.close();
			}
			catch (Exception ex) {
				// Nothing is left to be done about it.
			}
		}
	}

	@Override
	public String toString() {
		return address() + " -> " + this.server.getPort();
	}

	/** What the proxy's own thread is asked to do. */
	@FunctionalInterface
	private interface Task {

		void run() throws IOException;

	}

}
