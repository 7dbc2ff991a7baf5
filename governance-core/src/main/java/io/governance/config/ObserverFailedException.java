package io.governance.config;

import io.governance.GovernanceException;

/**
 * An observer could not follow a change, which was rolled back therefore.
 */
final class ObserverFailedException extends GovernanceException {

	ObserverFailedException(String observer, Throwable cause) {
		super("was rolled back, because observer '" + observer + "' failed: " + cause.getClass().getName(), cause);
	}

}
