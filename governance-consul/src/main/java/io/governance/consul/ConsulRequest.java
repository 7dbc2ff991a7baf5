package io.governance.consul;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What is asked of an agent. Immutable.
 *
 * @param path the path, encoded
 * @param parameters the parameters of the query, encoded
 * @param body what is sent; {@code null} to read
 * @param repeatable whether it may be sent again after an answer was lost
 */
record ConsulRequest(String path, List<String> parameters, @Nullable String body, boolean repeatable) {

	static ConsulRequest get(String path) {
		return new ConsulRequest(path, List.of(), null, true);
	}

	/** A write whose repetition changes nothing. */
	static ConsulRequest put(String path, String body) {
		return new ConsulRequest(path, List.of(), body, true);
	}

	/** A write that must not happen twice. */
	static ConsulRequest putOnce(String path, String body) {
		return new ConsulRequest(path, List.of(), body, false);
	}

	static ConsulRequest key(String key) {
		return get("/v1/kv/" + encodePath(key));
	}

	ConsulRequest with(String parameter) {
		List<String> all = new ArrayList<>(this.parameters);
		all.add(parameter);
		return new ConsulRequest(this.path, List.copyOf(all), this.body, this.repeatable);
	}

	ConsulRequest with(String name, String value) {
		return with(name + "=" + encode(value));
	}

	/** What is asked, in a form that many requests share. */
	String kind() {
		int end = this.path.indexOf('/', "/v1/".length());
		return (end < 0) ? this.path : this.path.substring(0, end);
	}

	/** Encodes one part of a path, or a value. */
	static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
	}

	private static String encodePath(String path) {
		return encode(path).replace("%2F", "/");
	}

}
