package io.governance.consul;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** Answers as a test says, for what no real agent can be made to say. */
final class FakeConsul implements AutoCloseable {

	private final HttpServer server;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<Asked> asked = new CopyOnWriteArrayList<>();

	private volatile Script script;

	private volatile CountDownLatch frozen = new CountDownLatch(0);

	private volatile boolean down;

	FakeConsul(Script script) {
		this.script = script;
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			this.server.setExecutor(this.threads);
			this.server.createContext("/", this::handle);
			this.server.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String address() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	/** What was asked, signs of life apart. */
	List<Asked> asked() {
		return this.asked;
	}

	void script(Script script) {
		this.script = script;
	}

	/** What is before it answers in its place, as a proxy does. */
	void down(boolean down) {
		this.down = down;
	}

	/** Answers nothing any more, until it thaws. */
	void freeze() {
		this.frozen = new CountDownLatch(1);
	}

	void thaw() {
		this.frozen.countDown();
	}

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			exchange.getRequestBody().readAllBytes();
			URI uri = exchange.getRequestURI();
			if (this.down) {
				send(exchange, 502, "<html>Bad Gateway</html>");
				return;
			}
			if (uri.getPath().equals("/v1/status/leader")) {
				this.frozen.await();
				send(exchange, 200, "\"127.0.0.1:8300\"");
				return;
			}
			Asked request = new Asked(System.nanoTime(), uri.getRawPath(), String.valueOf(uri.getRawQuery()),
					exchange.getRequestHeaders().getOrDefault("X-Consul-Token", List.of()));
			this.asked.add(request);
			this.frozen.await();
			this.script.answer(request, exchange);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	static void send(HttpExchange exchange, int status, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.sendResponseHeaders(status, (bytes.length > 0) ? bytes.length : -1);
		exchange.getResponseBody().write(bytes);
	}

	static void send(HttpExchange exchange, int status, String body, long index) throws IOException {
		exchange.getResponseHeaders().set("X-Consul-Index", String.valueOf(index));
		send(exchange, status, body);
	}

	/** Says that there is a whole answer, and ends after the first half of it. */
	static void breakOff(HttpExchange exchange, String body, long index) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("X-Consul-Index", String.valueOf(index));
		exchange.sendResponseHeaders(200, bytes.length);
		exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
		exchange.getResponseBody().flush();
		exchange.close();
	}

	/** A key as Consul tells it. */
	static String key(String key, String value, long index) {
		return "[{\"Key\":\"" + key + "\",\"Value\":\""
				+ Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)) + "\",\"ModifyIndex\":"
				+ index + "}]";
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

	/** What to answer. */
	@FunctionalInterface
	interface Script {

		void answer(Asked asked, HttpExchange exchange) throws IOException, InterruptedException;

	}

	/**
	 * What was asked.
	 *
	 * @param nanos when
	 * @param path the path
	 * @param query the query
	 * @param tokens the tokens in headers
	 */
	record Asked(long nanos, String path, String query, List<String> tokens) {

		boolean waits() {
			return this.query.contains("index=");
		}

	}

}
