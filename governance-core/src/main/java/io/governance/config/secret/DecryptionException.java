package io.governance.config.secret;

import io.governance.GovernanceException;

/**
 * An encrypted value cannot be opened. The message tells why and what to do, in words
 * that follow the name of the property, and holds neither the value nor the cipher text.
 */
public class DecryptionException extends GovernanceException {

	/**
	 * Creates an exception.
	 * @param reason why, such as "was encrypted with a key that is not here"; it is
	 * logged and shown as it is
	 */
	public DecryptionException(String reason) {
		super(reason);
	}

}
