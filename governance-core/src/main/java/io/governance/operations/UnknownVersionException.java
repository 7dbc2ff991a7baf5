package io.governance.operations;

import io.governance.GovernanceException;
import io.governance.Printable;
import io.governance.config.DocumentId;

/**
 * A version of a document that was asked for is not there.
 */
public class UnknownVersionException extends GovernanceException {

	private UnknownVersionException(String message) {
		super(message);
	}

	static UnknownVersionException noOther(DocumentId id) {
		return new UnknownVersionException(
				"Document " + id + " has no earlier version: its history holds no content but what is stored");
	}

	static UnknownVersionException of(DocumentId id, String version, String fix) {
		return new UnknownVersionException(
				"Document " + id + " has no version '" + Printable.of(version, 80) + "': " + fix);
	}

}
