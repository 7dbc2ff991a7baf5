package io.governance.gray;

import org.jspecify.annotations.Nullable;

/**
 * What a share is a share of: whoever has the same id stays on the same side. Immutable.
 */
@FunctionalInterface
public interface Subject {

	/** The user. */
	Subject USER = new Subject() {

		@Override
		public @Nullable String of(GrayContext context) {
			return context.userId();
		}

		@Override
		public String toString() {
			return "user";
		}

	};

	/** The session. */
	Subject SESSION = new Subject() {

		@Override
		public @Nullable String of(GrayContext context) {
			return context.sessionId();
		}

		@Override
		public String toString() {
			return "session";
		}

	};

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
		return new Subject() {

			@Override
			public @Nullable String of(GrayContext context) {
				return context.header(name);
			}

			@Override
			public String toString() {
				return "header " + name;
			}

		};
	}

	/**
	 * Whoever has the same cookie.
	 * @param name the cookie's name
	 * @return the subject
	 */
	static Subject cookie(String name) {
		return new Subject() {

			@Override
			public @Nullable String of(GrayContext context) {
				return context.cookie(name);
			}

			@Override
			public String toString() {
				return "cookie " + name;
			}

		};
	}

}
