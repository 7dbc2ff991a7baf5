package io.governance.gray;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * A request that somebody made up, to see what rules make of it. Immutable.
 *
 * @param userId the user's id, or {@code null}
 * @param sessionId the session's id, or {@code null}
 * @param address the caller's address, or {@code null}
 * @param headers the headers by name, in whatever case
 * @param cookies the cookies by name
 * @param queries the parameters of the query by name
 * @param claims the claims by name
 * @param path the path, or {@code null}
 * @param method the method, or {@code null}
 */
public record SampleRequest(@Nullable String userId, @Nullable String sessionId, @Nullable String address,
		Map<String, String> headers, Map<String, String> cookies, Map<String, String> queries,
		Map<String, String> claims, @Nullable String path, @Nullable String method) implements GrayContext {

	/**
	 * Creates a request.
	 */
	public SampleRequest {
		Map<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		byName.putAll(headers);
		headers = Collections.unmodifiableMap(byName);
		cookies = Map.copyOf(cookies);
		queries = Map.copyOf(queries);
		claims = Map.copyOf(claims);
	}

	@Override
	public @Nullable String header(String name) {
		return this.headers.get(name);
	}

	@Override
	public @Nullable String cookie(String name) {
		return this.cookies.get(name);
	}

	@Override
	public @Nullable String query(String name) {
		return this.queries.get(name);
	}

	@Override
	public @Nullable String claim(String name) {
		return this.claims.get(name);
	}

	/**
	 * Does not tell what is in the request.
	 */
	@Override
	public String toString() {
		return "SampleRequest";
	}

}
