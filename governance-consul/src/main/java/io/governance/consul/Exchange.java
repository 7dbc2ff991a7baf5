package io.governance.consul;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;

import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * A request under way and its answer, which any thread can end. Thread-safe.
 */
final class Exchange {

	private final HttpHost agent;

	private @Nullable Socket socket;

	private boolean ended;

	private boolean abandoned;

	private boolean over;

	Exchange(HttpHost agent) {
		this.agent = agent;
	}

	HttpHost agent() {
		return this.agent;
	}

	/**
	 * Tells what to close for the exchange to end.
	 * @param socket what it goes over from now on
	 * @throws IOException if it was ended before
	 */
	synchronized void goesOver(Socket socket) throws IOException {
		this.socket = socket;
		if (this.ended) {
			socket.close();
			throw new InterruptedIOException("it was ended before it had a connection");
		}
	}

	/** Ends it, since it takes too long. */
	synchronized void end() {
		if (this.over || this.ended) {
			return;
		}
		this.ended = true;
		if (this.socket != null) {
			try {
				this.socket.close();
			}
			catch (IOException ex) {
				// It is closed all the same.
			}
		}
	}

	/** Ends it, since nobody waits for it any more. */
	synchronized void abandon() {
		this.abandoned = true;
		end();
	}

	synchronized boolean isEnded() {
		return this.ended;
	}

	synchronized boolean isAbandoned() {
		return this.abandoned;
	}

	/**
	 * Whoever ends it from now on comes too late.
	 * @return whether nobody has ended it before
	 */
	synchronized boolean finish() {
		this.over = true;
		return !this.ended;
	}

}
