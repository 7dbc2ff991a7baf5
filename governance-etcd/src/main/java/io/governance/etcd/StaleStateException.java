package io.governance.etcd;

/**
 * The answer is not of the history that was seen before, or older than what was seen.
 */
final class StaleStateException extends IllegalStateException {

	StaleStateException(String message) {
		super(message);
	}

}
