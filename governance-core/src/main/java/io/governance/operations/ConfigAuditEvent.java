package io.governance.operations;

import java.time.Instant;

import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Revision;

/**
 * Somebody has written a document, or tried to, or has taken a copy of it with others.
 * Never holds its content.
 *
 * @param time when
 * @param backend the name of the backend
 * @param action what was done
 * @param outcome what came of it
 * @param id the document
 * @param revision the revision afterwards; {@link Revision#ABSENT} if the document was
 * deleted or nothing is known to have been written
 * @param digest the SHA-256 of what was to be written or was copied, in hexadecimal;
 * empty for a deletion
 * @param author who did it, and why
 * @param forced whether the document was not checked
 */
public record ConfigAuditEvent(Instant time, String backend, Action action, Outcome outcome, DocumentId id,
		Revision revision, String digest, Author author, boolean forced) {

	/**
	 * What was done.
	 */
	public enum Action {

		/** A document was published. */
		PUBLISH,

		/** A document was deleted. */
		DELETE,

		/** An earlier version of a document was published again. */
		ROLLBACK,

		/** A document was published as part of an import. */
		IMPORT,

		/** A document was deleted as part of an import. */
		PRUNE,

		/** A variant of a document became the document, and was deleted. */
		PROMOTE,

		/** A variant of a document was given up, and deleted. */
		ABORT,

		/** A document was read as part of an export. */
		EXPORT

	}

	/**
	 * What came of it.
	 */
	public enum Outcome {

		/** It was written, or copied. */
		DONE,

		/** It was refused, and nothing was written. */
		REFUSED,

		/** The backend did not answer, or something failed: it may have been written. */
		UNKNOWN

	}

}
