package io.governance.config;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * One document to write or to delete, with what it is meant to replace. Immutable.
 */
public final class Publication {

	private final DocumentId id;

	private final byte @Nullable [] content;

	private final @Nullable Revision expected;

	private Publication(DocumentId id, byte @Nullable [] content, @Nullable Revision expected) {
		this.id = id;
		this.content = content;
		this.expected = expected;
	}

	/**
	 * Writes a document, whatever is there.
	 * @param id the document
	 * @param text its new content
	 * @return the publication
	 */
	public static Publication put(DocumentId id, String text) {
		return new Publication(id, text.getBytes(StandardCharsets.UTF_8), null);
	}

	/**
	 * Writes a document, whatever is there.
	 * @param id the document
	 * @param content its new content, which is copied
	 * @return the publication
	 */
	public static Publication put(DocumentId id, byte[] content) {
		return new Publication(id, content.clone(), null);
	}

	/**
	 * Deletes a document, whatever is there.
	 * @param id the document
	 * @return the publication
	 */
	public static Publication delete(DocumentId id) {
		return new Publication(id, null, null);
	}

	/**
	 * The same, only if the document is at that revision.
	 * @param revision the revision that this publication replaces;
	 * {@link Revision#ABSENT} if the document must not exist yet
	 * @return the publication
	 */
	public Publication expecting(Revision revision) {
		return new Publication(this.id, this.content, revision);
	}

	/**
	 * The document.
	 * @return the id
	 */
	public DocumentId id() {
		return this.id;
	}

	/**
	 * Whether the document is to be deleted.
	 * @return {@code true} to delete, {@code false} to write
	 */
	public boolean deletes() {
		return this.content == null;
	}

	/**
	 * The content to write.
	 * @return a copy of the bytes; empty for a deletion
	 */
	public byte[] content() {
		return (this.content != null) ? this.content.clone() : new byte[0];
	}

	/**
	 * The revision that the document must have.
	 * @return the revision, or {@code null} if any will do
	 */
	public @Nullable Revision expected() {
		return this.expected;
	}

	@Override
	public String toString() {
		return (deletes() ? "delete " : "put ") + this.id
				+ ((this.expected != null) ? " expecting " + this.expected : "");
	}

}
