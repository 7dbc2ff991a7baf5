package io.governance.gray;

import java.util.Collections;
import java.util.LinkedHashMap;
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

	/** A request of which nothing is known: the one to begin with. */
	public static final SampleRequest EMPTY = new SampleRequest(null, null, null, Map.of(), Map.of(), Map.of(),
			Map.of(), null, null);

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

	/**
	 * The same with a user.
	 * @param userId the user's id
	 * @return the request
	 */
	public SampleRequest withUser(String userId) {
		return new SampleRequest(userId, this.sessionId, this.address, this.headers, this.cookies, this.queries,
				this.claims, this.path, this.method);
	}

	/**
	 * The same with a session.
	 * @param sessionId the session's id
	 * @return the request
	 */
	public SampleRequest withSession(String sessionId) {
		return new SampleRequest(this.userId, sessionId, this.address, this.headers, this.cookies, this.queries,
				this.claims, this.path, this.method);
	}

	/**
	 * The same with a caller's address.
	 * @param address the address
	 * @return the request
	 */
	public SampleRequest withAddress(String address) {
		return new SampleRequest(this.userId, this.sessionId, address, this.headers, this.cookies, this.queries,
				this.claims, this.path, this.method);
	}

	/**
	 * The same with a header.
	 * @param name its name
	 * @param value its value
	 * @return the request
	 */
	public SampleRequest withHeader(String name, String value) {
		return new SampleRequest(this.userId, this.sessionId, this.address, and(this.headers, name, value),
				this.cookies, this.queries, this.claims, this.path, this.method);
	}

	/**
	 * The same with a cookie.
	 * @param name its name
	 * @param value its value
	 * @return the request
	 */
	public SampleRequest withCookie(String name, String value) {
		return new SampleRequest(this.userId, this.sessionId, this.address, this.headers,
				and(this.cookies, name, value), this.queries, this.claims, this.path, this.method);
	}

	/**
	 * The same with a parameter of the query.
	 * @param name its name
	 * @param value its value
	 * @return the request
	 */
	public SampleRequest withQuery(String name, String value) {
		return new SampleRequest(this.userId, this.sessionId, this.address, this.headers, this.cookies,
				and(this.queries, name, value), this.claims, this.path, this.method);
	}

	/**
	 * The same with a claim.
	 * @param name its name
	 * @param value its value
	 * @return the request
	 */
	public SampleRequest withClaim(String name, String value) {
		return new SampleRequest(this.userId, this.sessionId, this.address, this.headers, this.cookies, this.queries,
				and(this.claims, name, value), this.path, this.method);
	}

	/**
	 * The same with a path.
	 * @param path the path
	 * @return the request
	 */
	public SampleRequest withPath(String path) {
		return new SampleRequest(this.userId, this.sessionId, this.address, this.headers, this.cookies, this.queries,
				this.claims, path, this.method);
	}

	/**
	 * The same with a method.
	 * @param method the method
	 * @return the request
	 */
	public SampleRequest withMethod(String method) {
		return new SampleRequest(this.userId, this.sessionId, this.address, this.headers, this.cookies, this.queries,
				this.claims, this.path, method);
	}

	private static Map<String, String> and(Map<String, String> values, String name, String value) {
		Map<String, String> all = new LinkedHashMap<>(values);
		all.put(name, value);
		return all;
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
