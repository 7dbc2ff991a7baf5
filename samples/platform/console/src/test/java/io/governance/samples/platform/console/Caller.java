package io.governance.samples.platform.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls the gateway.
 */
final class Caller {

	private static final Pattern VERSION = Pattern.compile("\"version\":\"([^\"]+)\"");

	private final HttpClient http = HttpClient.newHttpClient();

	private final URI gateway;

	Caller(String gateway) {
		this.gateway = URI.create(gateway);
	}

	/** The version that serves a user; empty if none does. */
	String version(String user) {
		Matcher matcher = VERSION.matcher(get("/api/users/1", user).body());
		return matcher.find() ? matcher.group(1) : "";
	}

	HttpResponse<String> get(String path, String user) {
		return send(HttpRequest.newBuilder(this.gateway.resolve(path)).header("X-User-ID", user));
	}

	HttpResponse<String> post(String path, String body) {
		return send(HttpRequest.newBuilder(this.gateway.resolve(path))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body)));
	}

	/** Sends a request whose length is not told. */
	HttpResponse<String> postChunked(String path, byte[] body) {
		return send(HttpRequest.newBuilder(this.gateway.resolve(path))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.fromPublisher(HttpRequest.BodyPublishers.ofByteArray(body))));
	}

	HttpResponse<String> send(HttpRequest.Builder request) {
		try {
			return this.http.send(request.timeout(Duration.ofSeconds(20)).build(),
					HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
