package io.governance.boot.gray;

import java.util.Locale;

/**
 * How a request ended.
 */
public enum RequestOutcome {

	/** With an answer that is no error. */
	SUCCESS,

	/**
	 * With an answer that the caller is to blame for: over HTTP a status of 400 to 499.
	 */
	CLIENT_ERROR,

	/**
	 * With an error of the server: over HTTP a status of 500 or more, or an exception.
	 */
	FAILURE,

	/** The caller left before. */
	CANCELLED;

	/** As it is told in tags. */
	private final String tag = name().toLowerCase(Locale.ROOT);

	String tag() {
		return this.tag;
	}

	static RequestOutcome of(int status) {
		return (status >= 500) ? FAILURE : (status >= 400) ? CLIENT_ERROR : SUCCESS;
	}

}
