package io.governance;

import org.jspecify.annotations.Nullable;

/**
 * Root of all exceptions thrown by Governance. Messages name the backend, document or
 * service and what to do; they never hold a config value or a secret.
 */
public class GovernanceException extends RuntimeException {

	/**
	 * Creates an exception without a cause.
	 * @param message what happened and what to do
	 */
	public GovernanceException(String message) {
		super(message);
	}

	/**
	 * Creates an exception with a cause.
	 * @param message what happened and what to do
	 * @param cause what led to it, if anything
	 */
	public GovernanceException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
