package io.governance.boot.call;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A web server that misbehaves as it is told, one request per connection. */
final class FaultyServer implements AutoCloseable {

	private final ServerSocket socket;

	private final Set<Socket> open = ConcurrentHashMap.newKeySet();

	private final List<String> requests = new CopyOnWriteArrayList<>();

	private final List<String> headers = new CopyOnWriteArrayList<>();

	private volatile Fault fault;

	FaultyServer(Fault fault) {
		this.fault = fault;
		try {
			this.socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		daemon(this::accept);
	}

	/** A port at which nobody listens. */
	static int deadPort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	int port() {
		return this.socket.getLocalPort();
	}

	void behave(Fault fault) {
		this.fault = fault;
	}

	/** How many callers have not gone. */
	int connections() {
		return this.open.size();
	}

	/** Method and body of each request that came. */
	List<String> requests() {
		return this.requests;
	}

	/** The headers of all requests that came, as they came. */
	List<String> headers() {
		return this.headers;
	}

	private static void daemon(Runnable task) {
		Thread thread = new Thread(task, "faulty-server");
		thread.setDaemon(true);
		thread.start();
	}

	private void accept() {
		while (!this.socket.isClosed()) {
			try {
				Socket connection = this.socket.accept();
				this.open.add(connection);
				daemon(() -> serve(connection));
			}
			catch (IOException ex) {
				return;
			}
		}
	}

	private void serve(Socket connection) {
		try (connection) {
			InputStream in = new BufferedInputStream(connection.getInputStream());
			String method = line(in).split(" ")[0];
			int length = 0;
			boolean chunked = false;
			String header = line(in);
			while (!header.isEmpty()) {
				this.headers.add(header);
				String lower = header.toLowerCase(Locale.ROOT);
				length = lower.startsWith("content-length:") ? Integer.parseInt(lower.substring(15).trim()) : length;
				chunked |= lower.startsWith("transfer-encoding:");
				header = line(in);
			}
			String body = chunked ? chunks(in) : new String(in.readNBytes(length), StandardCharsets.UTF_8);
			this.requests.add(method + " " + body);
			answer(connection, in);
		}
		catch (IOException ex) {
			// The caller has gone.
		}
		finally {
			this.open.remove(connection);
		}
	}

	private void answer(Socket connection, InputStream in) throws IOException {
		OutputStream out = connection.getOutputStream();
		switch (this.fault) {
			case NONE -> out.write(head("200 OK", "4", "fine"));
			case UNAVAILABLE -> out.write(head("503 Service Unavailable", "4", "busy"));
			case BROKEN -> out.write(head("500 Internal Server Error", "4", "oops"));
			case NOT_FOUND -> out.write(head("404 Not Found", "4", "none"));
			case DIES_IN_BODY -> out.write(head("200 OK", "4000", "fi"));
			case DIES_IN_LONG_BODY -> out.write(head("200 OK", "400000", "fi"));
			case CLOSES -> {
			}
			case STREAMS, UNAVAILABLE_STREAMS -> {
				out.write(chunked((this.fault == Fault.STREAMS) ? "200 OK" : "503 Service Unavailable"));
				out.flush();
				in.read();
			}
			// Until the caller closes the connection.
			case HANGS -> in.read();
		}
		out.flush();
	}

	private static byte[] head(String status, String length, String body) {
		return ("HTTP/1.1 " + status + "\r\nContent-Type: text/plain\r\nContent-Length: " + length
				+ "\r\nConnection: close\r\n\r\n" + body)
			.getBytes(StandardCharsets.UTF_8);
	}

	/** The beginning of an answer that has no end. */
	private static byte[] chunked(String status) {
		return ("HTTP/1.1 " + status + "\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
				+ "4\r\nfine\r\n")
			.getBytes(StandardCharsets.UTF_8);
	}

	private static String chunks(InputStream in) throws IOException {
		StringBuilder body = new StringBuilder();
		int size = Integer.parseInt(line(in), 16);
		while (size > 0) {
			body.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
			line(in);
			size = Integer.parseInt(line(in), 16);
		}
		line(in);
		return body.toString();
	}

	private static String line(InputStream in) throws IOException {
		StringBuilder line = new StringBuilder();
		int next = in.read();
		while (next != '\n') {
			if (next < 0) {
				throw new IOException("Connection closed");
			}
			if (next != '\r') {
				line.append((char) next);
			}
			next = in.read();
		}
		return line.toString();
	}

	@Override
	public void close() {
		try {
			this.socket.close();
			for (Socket connection : this.open) {
				connection.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** What is wrong with it. */
	enum Fault {

		NONE, UNAVAILABLE, BROKEN, NOT_FOUND, CLOSES, HANGS, DIES_IN_BODY, DIES_IN_LONG_BODY, STREAMS,

		UNAVAILABLE_STREAMS

	}

}
