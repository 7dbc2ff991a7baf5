package io.governance.cli;

import io.governance.GovernanceException;

/**
 * A command cannot do what it was asked for.
 */
final class RefusedException extends GovernanceException {

	RefusedException(String message) {
		super(message);
	}

}
