package io.governance.operations;

import io.governance.GovernanceException;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;

/**
 * A promotion came to a halt between its two steps, on a backend that cannot take them
 * together: the document is written, the variant is not deleted, or not known to be. The
 * cause is a {@link ConflictException} if somebody has changed the variant meanwhile.
 * Promoting again would write over what others have made of the document since; once the
 * variant is not wanted any more, {@linkplain ConfigOperations#abort abort} it.
 */
public class PartialPromotionException extends GovernanceException {

	private final DocumentId document;

	private final DocumentId variant;

	PartialPromotionException(DocumentId document, DocumentId variant, RuntimeException cause) {
		super("Document " + document + " is already written, but its variant " + variant
				+ ((cause instanceof ConflictException)
						? " has changed since and is kept: look at what has changed; abort the variant if it is not wanted"
						: " could not be deleted: abort the variant, do not promote it again (" + cause.getMessage()
								+ ")"),
				cause);
		this.document = document;
		this.variant = variant;
	}

	/**
	 * The document that is written.
	 * @return the id
	 */
	public DocumentId document() {
		return this.document;
	}

	/**
	 * The variant that is not deleted.
	 * @return the id
	 */
	public DocumentId variant() {
		return this.variant;
	}

}
