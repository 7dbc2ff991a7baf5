package io.governance.consul;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;

import javax.net.ssl.SSLSocket;

import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an agent, for one request at a time.
 */
final class AgentConnection extends DefaultBHttpClientConnection {

	/** Heads of answers are bounded; their bodies are where they are read. */
	private static final Http1Config LIMITS = Http1Config.custom()
		.setMaxLineLength(64 * 1024)
		.setMaxHeaderCount(256)
		.build();

	/** Names may stand for other machines by and by. */
	private static final long MOST_AGE = Duration.ofMinutes(5).toNanos();

	/** How long a connection may rest before it is looked at again. */
	private static final long MOST_REST = Duration.ofMillis(100).toNanos();

	private final Socket socket;

	private final long opened = System.nanoTime();

	/** Until when it may rest. */
	private volatile long end = this.opened + MOST_AGE;

	private volatile long used = this.opened;

	private volatile boolean rested;

	/**
	 * Creates a connection.
	 * @param socket what it goes over
	 * @param tls the socket above that one, if it is encrypted
	 * @throws IOException if the socket is closed already
	 */
	AgentConnection(Socket socket, @Nullable SSLSocket tls) throws IOException {
		super(LIMITS, null, null, null, null, null, new DefaultHttpResponseParserFactory(LIMITS));
		this.socket = socket;
		if (tls != null) {
			bind(tls, socket);
		}
		else {
			bind(socket);
		}
	}

	/** The socket; to close it ends whatever waits on it. */
	Socket socket() {
		return this.socket;
	}

	/**
	 * A request is over, another one may follow.
	 * @param kept how long the server keeps the connection; {@code null} if it does not
	 * say
	 */
	void rest(@Nullable Duration kept) {
		this.rested = true;
		this.used = System.nanoTime();
		long oldest = this.opened + MOST_AGE;
		this.end = (kept != null && this.used + kept.toNanos() - oldest < 0) ? this.used + kept.toNanos() : oldest;
	}

	/** Whether there was a request before. */
	boolean hasRested() {
		return this.rested;
	}

	/** Whether it has rested, or been there, for too long. */
	boolean isOver() {
		return System.nanoTime() - this.end >= 0;
	}

	/** Whether another request may go over it, as far as can be seen. */
	boolean isUsable() {
		try {
			return isOpen() && !isOver() && (System.nanoTime() - this.used < MOST_REST || !isStale());
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** Closes it without a word to the server, and without waiting for anything. */
	void drop() {
		close(CloseMode.IMMEDIATE);
	}

}
