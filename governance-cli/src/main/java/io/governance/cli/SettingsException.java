package io.governance.cli;

import io.governance.GovernanceException;

/**
 * An option or a setting is wrong.
 */
final class SettingsException extends GovernanceException {

	SettingsException(String message) {
		super(message);
	}

}
