package io.governance.nacos;

import org.jspecify.annotations.Nullable;

import io.governance.config.ConfigDocument;

/**
 * A document as a server holds it.
 *
 * @param document the document, or {@code null} if it does not exist
 * @param modified when it was published, in milliseconds by the clock of whoever took it;
 * 0 if it does not exist
 */
record DocumentState(@Nullable ConfigDocument document, long modified) {

	/** It does not exist. */
	static final DocumentState ABSENT = new DocumentState(null, 0);

	/**
	 * The MD5 that the server compares with its own.
	 * @return the MD5, or an empty string if there is no document
	 */
	String md5() {
		return (this.document != null) ? this.document.revision().value() : "";
	}

	/**
	 * Whether a server that says this may be behind one that has said the other.
	 * @param other what was said before
	 * @param absenceCounts whether to doubt that the document has gone
	 * @return {@code true} if this looks older
	 */
	boolean isOlderThan(DocumentState other, boolean absenceCounts) {
		if (other.document == null) {
			return false;
		}
		return (this.document != null) ? this.modified < other.modified : absenceCounts;
	}

}
