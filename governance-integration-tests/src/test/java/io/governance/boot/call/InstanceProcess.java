package io.governance.boot.call;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpServer;
import io.governance.backend.Backend;
import io.governance.boot.fleet.LocalBackendConfiguration;
import io.governance.registry.Instance;

/** A process of its own that registers itself and answers, until it is killed. */
final class InstanceProcess implements AutoCloseable {

	private final Process process;

	InstanceProcess(Path directory, String service, String id) throws IOException {
		this(directory, service, id, Instance.STABLE);
	}

	InstanceProcess(Path directory, String service, String id, String lane) throws IOException {
		this.process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
				InstanceProcess.class.getName(), directory.toString(), service, id, lane)
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
		BufferedReader out = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8));
		String line = out.readLine();
		while (line != null && !line.equals("ready")) {
			line = out.readLine();
		}
	}

	/** As kill -9. */
	void kill() throws InterruptedException {
		this.process.destroyForcibly().waitFor();
	}

	boolean alive() {
		return this.process.isAlive();
	}

	@Override
	public void close() {
		try {
			// Not by onExit(): of a process that has ended, that waits for whoever has
			// its number.
			kill();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Runs the instance.
	 * @param arguments directory, service, id and lane
	 */
	public static void main(String[] arguments) throws Exception {
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
		server.setExecutor(Executors.newFixedThreadPool(4));
		server.createContext("/", (exchange) -> {
			String lanes = exchange.getRequestHeaders().getFirst("X-Governance-Lane");
			exchange.getResponseHeaders().set("lanes-received", (lanes != null) ? lanes : "none");
			byte[] answer = arguments[2].getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(200, answer.length);
			exchange.getResponseBody().write(answer);
			exchange.close();
		});
		server.start();
		Backend backend = LocalBackendConfiguration.in(Path.of(arguments[0]), Duration.ofSeconds(3));
		backend.registry()
			.put(arguments[1],
					List.of(Instance.of(arguments[1], "127.0.0.1", server.getAddress().getPort())
						.id(arguments[2])
						.lane(arguments[3])
						.build()));
		System.out.println("ready");
		Thread.currentThread().join();
	}

}
