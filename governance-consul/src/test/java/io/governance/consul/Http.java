package io.governance.consul;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import tools.jackson.databind.json.JsonMapper;

/**
 * Consul's own HTTP API, as anybody uses it.
 *
 * @param address the agent
 */
record Http(String address) {

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	HttpResponse<String> get(String path) {
		return send(request(path).GET());
	}

	HttpResponse<String> put(String path, String body) {
		return send(request(path).PUT(HttpRequest.BodyPublishers.ofString(body)));
	}

	HttpResponse<String> delete(String path) {
		return send(request(path).DELETE());
	}

	String session(String path) {
		return JsonMapper.builder().build().readTree(get(path).body()).path(0).path("Session").asString("");
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create(this.address + path));
	}

	private static HttpResponse<String> send(HttpRequest.Builder request) {
		try {
			return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
