package io.governance.consul;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.hc.core5.http.HttpHost;

/**
 * Answers as it is told, right or wrong: what comes after {@link #TRICKLE} again and
 * again for ever, now and then.
 */
final class RawServer implements AutoCloseable {

	static final String TRICKLE = "\0";

	private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private final ServerSocket listening;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

	private final List<Socket> connections = new CopyOnWriteArrayList<>();

	private final List<String> heads = new CopyOnWriteArrayList<>();

	private volatile String answer;

	private volatile boolean closing;

	private volatile boolean hangingUp;

	private volatile boolean answeringOnce;

	RawServer(String answer) throws IOException {
		this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.answer = answer;
		this.threads.execute(this::accept);
	}

	/** Ends each connection after an answer. */
	RawServer thatCloses() {
		this.closing = true;
		return this;
	}

	/** Ends each connection before anything is read. */
	RawServer thatHangsUp() {
		this.hangingUp = true;
		return this;
	}

	/** Ends each connection at its second request, and does not answer that. */
	RawServer thatAnswersOnce() {
		this.answeringOnce = true;
		return this;
	}

	void answer(String answer) {
		this.answer = answer;
	}

	HttpHost agent(String scheme) {
		return new HttpHost(scheme, "127.0.0.1", this.listening.getLocalPort());
	}

	/** How often somebody came. */
	int connections() {
		return this.connections.size();
	}

	/** What was asked, without bodies. */
	List<String> heads() {
		return this.heads;
	}

	private void accept() {
		try {
			while (true) {
				Socket connection = this.listening.accept();
				this.connections.add(connection);
				this.threads.execute(() -> serve(connection));
			}
		}
		catch (IOException ex) {
			// The end.
		}
	}

	private void serve(Socket connection) {
		try (connection) {
			InputStream in = connection.getInputStream();
			OutputStream out = connection.getOutputStream();
			for (String head = this.hangingUp ? null : readHead(in); head != null; head = readHead(in)) {
				this.heads.add(head);
				write(this.answer, out);
				if (this.answeringOnce) {
					readHead(in);
				}
				if (this.closing || this.answeringOnce) {
					return;
				}
			}
		}
		catch (IOException ex) {
			// The client has gone.
		}
	}

	private static String readHead(InputStream in) throws IOException {
		StringBuilder head = new StringBuilder();
		int matched = 0;
		while (matched < END_OF_HEAD.length) {
			int next = in.read();
			if (next < 0) {
				return null;
			}
			head.append((char) next);
			matched = (next == END_OF_HEAD[matched]) ? matched + 1 : (next == END_OF_HEAD[0]) ? 1 : 0;
		}
		return head.toString();
	}

	private void write(String answer, OutputStream out) throws IOException {
		int trickle = answer.indexOf(TRICKLE);
		out.write((trickle < 0 ? answer : answer.substring(0, trickle)).getBytes(StandardCharsets.US_ASCII));
		if (trickle >= 0) {
			byte[] drop = answer.substring(trickle + 1).getBytes(StandardCharsets.US_ASCII);
			this.clock.scheduleAtFixedRate(() -> drip(drop, out), 0, 20, TimeUnit.MILLISECONDS);
		}
	}

	private static void drip(byte[] drop, OutputStream out) {
		try {
			out.write(drop);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.listening.close();
			for (Socket connection : this.connections) {
				connection.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.clock.shutdownNow();
		this.threads.shutdownNow();
	}

}
