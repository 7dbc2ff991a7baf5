package io.governance.testkit.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpServer;

/** An instance within this process, which goes on answering whoever still calls it. */
final class Stand implements AutoCloseable {

	private final String id;

	private final HttpServer server;

	private final ExecutorService threads = Executors.newFixedThreadPool(4);

	private volatile long lastCall;

	Stand(String id) {
		this.id = id;
		byte[] answer = id.getBytes(StandardCharsets.UTF_8);
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.setExecutor(this.threads);
		this.server.createContext("/", (exchange) -> {
			this.lastCall = System.nanoTime();
			exchange.getRequestBody().readAllBytes();
			exchange.sendResponseHeaders(200, answer.length);
			exchange.getResponseBody().write(answer);
			exchange.close();
		});
		this.server.start();
	}

	String id() {
		return this.id;
	}

	int port() {
		return this.server.getAddress().getPort();
	}

	/** When the last call came, by {@link System#nanoTime()}. */
	long lastCall() {
		return this.lastCall;
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
