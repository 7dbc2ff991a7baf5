package io.governance.consul;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one agent: so many at most, and kept for the next request.
 * Thread-safe.
 */
final class AgentConnections implements AutoCloseable {

	private final String host;

	private final int port;

	private final @Nullable SSLSocketFactory tls;

	private final Semaphore places;

	/** Those that rest, the last one used first. */
	private final Deque<AgentConnection> resting = new ConcurrentLinkedDeque<>();

	private volatile boolean closed;

	/**
	 * Creates none yet.
	 * @param agent the agent, with its port
	 * @param tls makes encrypted ones, if the agent wants them
	 * @param most how many at most
	 */
	AgentConnections(HttpHost agent, @Nullable SSLSocketFactory tls, int most) {
		// HttpHost itself shows names beyond ASCII as people write them.
		String authority = agent.toHostString();
		this.host = authority.substring(0, authority.lastIndexOf(':'));
		this.port = agent.getPort();
		this.tls = tls;
		this.places = new Semaphore(most, true);
	}

	/**
	 * Gives a connection, which has to be given back.
	 * @param exchange what it is for
	 * @param patience how long to wait for a place, which is half of it, for a
	 * connection, of which each address of the agent has its share, and for each answer
	 * to a handshake; in milliseconds
	 * @return one that rested, or a new one
	 * @throws CrowdedException if all of them stay in use
	 * @throws IOException if there is no way to the agent, or the exchange was ended
	 * @throws RejectedExecutionException if they are closed
	 */
	AgentConnection take(Exchange exchange, int patience) throws IOException {
		takePlace(patience / 2);
		boolean taken = false;
		try {
			AgentConnection connection = rested(exchange);
			if (connection == null) {
				connection = open(exchange, patience);
			}
			taken = true;
			return connection;
		}
		finally {
			if (!taken) {
				this.places.release();
			}
		}
	}

	/** Whoever gets the last place in time has time left for what it is for. */
	private void takePlace(int patience) throws IOException {
		try {
			if (!this.places.tryAcquire() && !this.places.tryAcquire(patience, TimeUnit.MILLISECONDS)) {
				throw new CrowdedException();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new CrowdedException();
		}
	}

	private @Nullable AgentConnection rested(Exchange exchange) throws IOException {
		if (this.closed) {
			throw new RejectedExecutionException("The connections are closed");
		}
		for (AgentConnection connection = this.resting.pollFirst(); connection != null; connection = this.resting
			.pollFirst()) {
			boolean usable = false;
			try {
				exchange.goesOver(connection.socket());
				usable = connection.isUsable();
			}
			finally {
				if (!usable) {
					connection.drop();
				}
			}
			if (usable) {
				return connection;
			}
		}
		return null;
	}

	/**
	 * Takes a connection back.
	 * @param connection the connection
	 * @param usable whether another request may go over it
	 */
	void giveBack(AgentConnection connection, boolean usable) {
		boolean resting = false;
		try {
			if (usable && !connection.isOver()) {
				this.resting.addFirst(connection);
				resting = true;
			}
		}
		finally {
			if (!resting) {
				connection.drop();
			}
			this.places.release();
		}
		if (this.closed) {
			dropResting();
		}
		else {
			dropOldest();
		}
	}

	/** Those that nobody needs since the last crowd. */
	private void dropOldest() {
		AgentConnection oldest = this.resting.peekLast();
		if (oldest != null && oldest.isOver() && this.resting.removeLastOccurrence(oldest)) {
			oldest.drop();
		}
	}

	private AgentConnection open(Exchange exchange, int patience) throws IOException {
		InetAddress[] addresses = InetAddress.getAllByName(this.host);
		int share = Math.max(1, patience / addresses.length);
		for (int i = 0;; i++) {
			try {
				return open(exchange, addresses[i], share);
			}
			catch (SocketException | SocketTimeoutException ex) {
				if (i == addresses.length - 1) {
					throw ex;
				}
			}
		}
	}

	private AgentConnection open(Exchange exchange, InetAddress address, int patience) throws IOException {
		Socket socket = new Socket();
		boolean open = false;
		try {
			// Makes what is to be closed.
			socket.setTcpNoDelay(true);
			exchange.goesOver(socket);
			socket.connect(new InetSocketAddress(address, this.port), patience);
			AgentConnection connection = new AgentConnection(socket, encrypt(socket, patience));
			open = true;
			return connection;
		}
		finally {
			if (!open) {
				socket.close();
			}
		}
	}

	private @Nullable SSLSocket encrypt(Socket socket, int patience) throws IOException {
		if (this.tls == null) {
			return null;
		}
		socket.setSoTimeout(patience);
		SSLSocket encrypted = (SSLSocket) this.tls.createSocket(socket, this.host, this.port, true);
		SSLParameters parameters = encrypted.getSSLParameters();
		parameters.setEndpointIdentificationAlgorithm("HTTPS");
		encrypted.setSSLParameters(parameters);
		encrypted.startHandshake();
		return encrypted;
	}

	/** Ends those that rest, and each other one as soon as it is given back. */
	@Override
	public void close() {
		this.closed = true;
		dropResting();
	}

	/** Ends those that rest. */
	void dropResting() {
		for (AgentConnection connection = this.resting.pollFirst(); connection != null; connection = this.resting
			.pollFirst()) {
			connection.drop();
		}
	}

	/** All connections are in use: nothing that the agent could be blamed for. */
	@SuppressWarnings("serial")
	static final class CrowdedException extends IOException {

		CrowdedException() {
			super("all connections to it are in use");
		}

	}

}
