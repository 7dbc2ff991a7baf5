package io.governance;

import org.jspecify.annotations.Nullable;

/**
 * The backend could not be asked: it is down, unreachable, too slow, or it refused the
 * caller. Says nothing about whether the thing asked for exists.
 */
public class BackendUnavailableException extends GovernanceException {

	private final String backend;

	/**
	 * Creates an exception for a backend.
	 * @param backend the backend's name, as in {@code governance.backend}
	 * @param message what was tried, where, and what to do
	 * @param cause what the client or the operating system said, if anything
	 */
	public BackendUnavailableException(String backend, String message, @Nullable Throwable cause) {
		super(message, cause);
		this.backend = backend;
	}

	/**
	 * The backend's name, as in {@code governance.backend}.
	 * @return the name
	 */
	public String backend() {
		return this.backend;
	}

}
