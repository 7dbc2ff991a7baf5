package io.governance.gray;

import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a request when it is decided where it goes. Answers the same as long
 * as the request lasts, does no I/O, and may compute an answer when it is asked for it.
 * What comes from outside may be anything: of any length, with any characters.
 */
public interface GrayContext {

	/** A request of which nothing is known. */
	GrayContext NONE = () -> null;

	/**
	 * The user who sent the request.
	 * @return the user's id, or {@code null} if the request has no user; an empty or
	 * blank id counts as no user
	 */
	@Nullable String userId();

	/**
	 * The session of the request.
	 * @return the session's id, or {@code null} if there is none
	 */
	default @Nullable String sessionId() {
		return null;
	}

	/**
	 * Where the request comes from.
	 * @return the IP address of the caller, who may be behind proxies that are trusted;
	 * {@code null} if it is not known
	 */
	default @Nullable String address() {
		return null;
	}

	/**
	 * A header of the request.
	 * @param name the name, in whatever case
	 * @return its first value, or {@code null} if there is none
	 */
	default @Nullable String header(String name) {
		return null;
	}

	/**
	 * A cookie of the request.
	 * @param name the name
	 * @return its first value, or {@code null} if there is none
	 */
	default @Nullable String cookie(String name) {
		return null;
	}

	/**
	 * A parameter of the query.
	 * @param name the name
	 * @return its first value, decoded, or {@code null} if there is none
	 */
	default @Nullable String query(String name) {
		return null;
	}

	/**
	 * A claim that somebody else has verified, such as one of a token.
	 * @param name the name
	 * @return its value as text, or {@code null} if there is none
	 */
	default @Nullable String claim(String name) {
		return null;
	}

	/**
	 * The path of the request.
	 * @return the path without query, or {@code null} if it is not known
	 */
	default @Nullable String path() {
		return null;
	}

	/**
	 * The method of the request.
	 * @return the method, such as {@code GET}, or {@code null} if it is not known
	 */
	default @Nullable String method() {
		return null;
	}

	/**
	 * A request of which the user is known.
	 * @param userId the user's id, or {@code null} for none
	 * @return the context
	 */
	static GrayContext ofUser(@Nullable String userId) {
		return () -> userId;
	}

	/**
	 * A request of which user and headers are known.
	 * @param userId the user's id, or {@code null} for none
	 * @param headers the headers by name, in whatever case
	 * @return the context
	 */
	static GrayContext of(@Nullable String userId, Map<String, String> headers) {
		Map<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		byName.putAll(headers);
		return new GrayContext() {

			@Override
			public @Nullable String userId() {
				return userId;
			}

			@Override
			public @Nullable String header(String name) {
				return byName.get(name);
			}

		};
	}

}
