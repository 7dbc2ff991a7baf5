package io.governance.config;

import io.governance.GovernanceException;

/**
 * An observer could not follow a change, which was rolled back therefore.
 */
final class ObserverFailedException extends GovernanceException {

	private final Throwable failure;

	ObserverFailedException(String observer, Throwable failure) {
		super("was rolled back, because observer '" + observer + "' failed: " + reason(failure), failure);
		this.failure = failure;
	}

	/**
	 * What the observer has thrown.
	 */
	Throwable failure() {
		return this.failure;
	}

	private static String reason(Throwable failure) {
		InvalidConfigException invalid = FailureTrace.reason(failure);
		return (invalid != null) ? invalid.reason() : FailureTrace.describe(failure);
	}

}
