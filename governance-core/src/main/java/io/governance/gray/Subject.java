package io.governance.gray;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * What a share is a share of: whoever has the same id stays on the same side. Immutable.
 */
@FunctionalInterface
public interface Subject {

	/** The user. */
	Subject USER = named("user", GrayContext::userId);

	/** The session. */
	Subject SESSION = named("session", GrayContext::sessionId);

	/**
	 * The id.
	 * @param context what is known of the request
	 * @return the id; {@code null} or blank if the request has none
	 */
	@Nullable String of(GrayContext context);

	/**
	 * Whoever sends the same header.
	 * @param name the header's name
	 * @return the subject
	 */
	static Subject header(String name) {
		return named("header " + name, (context) -> context.header(name));
	}

	/**
	 * Whoever has the same cookie.
	 * @param name the cookie's name
	 * @return the subject
	 */
	static Subject cookie(String name) {
		return named("cookie " + name, (context) -> context.cookie(name));
	}

	private static Subject named(String name, Function<GrayContext, @Nullable String> id) {
		return new Subject() {

			@Override
			public @Nullable String of(GrayContext context) {
				return id.apply(context);
			}

			@Override
			public String toString() {
				return name;
			}

		};
	}

}
