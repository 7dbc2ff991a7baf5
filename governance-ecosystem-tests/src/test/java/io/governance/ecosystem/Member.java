package io.governance.ecosystem;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application of a fleet that a directory governs.
 *
 * @param context the running application
 */
record Member(ConfigurableApplicationContext context) implements AutoCloseable {

	/** On the class path of all; that on servlets is none without routes. */
	static final String GATEWAY = "spring.cloud.gateway.server.webflux.enabled=";

	static void rules(Path fleet, String rules) throws IOException {
		Path group = Files.createDirectories(fleet.resolve("config/default/default"));
		Files.writeString(group.resolve("gray.yaml"), rules);
	}

	static Member start(Path fleet, WebApplicationType type, String name, Class<?> source, String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--spring.application.name=" + name,
				"--spring.config.import=governance:", "--spring.main.banner-mode=off", "--server.port=0",
				"--server.shutdown=immediate", "--governance.local.directory=" + fleet,
				"--governance.config.cache.enabled=false", "--governance.discovery.cache.enabled=false",
				"--management.otlp.metrics.export.enabled=false"));
		if (Stream.of(properties).noneMatch((property) -> property.startsWith(GATEWAY))) {
			arguments.add("--" + GATEWAY + "false");
		}
		for (String property : properties) {
			arguments.add("--" + property);
		}
		return new Member(new SpringApplicationBuilder(source).web(type).run(arguments.toArray(String[]::new)));
	}

	URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.context.getEnvironment().getProperty("local.server.port") + path);
	}

	/**
	 * Asks on a connection of its own: Reactor Netty 1.3.6 does not read the third
	 * request of a connection if the second one came before all was done for the first,
	 * and was answered within the event loop.
	 */
	HttpResponse<String> get(String path, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20));
		if (headers.length > 0) {
			request.headers(headers);
		}
		try {
			return HttpClient.newBuilder()
				.version(HttpClient.Version.HTTP_1_1)
				.build()
				.send(request.build(), BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

}
