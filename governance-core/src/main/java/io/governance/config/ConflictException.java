package io.governance.config;

import io.governance.GovernanceException;

/**
 * A document was not at the revision that a publication expected: somebody else was
 * faster. Read it again, decide again.
 */
public class ConflictException extends GovernanceException {

	private final DocumentId id;

	/**
	 * Creates an exception for a document.
	 * @param id the document that was changed by somebody else
	 * @param expected the revision that was expected
	 */
	public ConflictException(DocumentId id, Revision expected) {
		super(expected.equals(Revision.ABSENT) ? "Document " + id + " exists already"
				: "Document " + id + " is no longer at revision " + expected + ": read it again and decide again");
		this.id = id;
	}

	/**
	 * The document that was changed by somebody else.
	 * @return the id
	 */
	public DocumentId id() {
		return this.id;
	}

}
