package io.governance.config;

import java.time.Instant;

/**
 * One change of a document: who, when, why and what came of it.
 *
 * @param id the document
 * @param revision the revision that the document had after the change;
 * {@link Revision#ABSENT} after a deletion
 * @param time when it was published, by the clock of the publisher where the backend
 * keeps none
 * @param author who published it, or {@link Author#UNKNOWN}
 * @param digest the SHA-256 of the content in hexadecimal, or an empty string after a
 * deletion
 * @param key how the backend finds this entry again; opaque
 */
public record HistoryEntry(DocumentId id, Revision revision, Instant time, Author author, String digest, String key) {

	/**
	 * Whether the change was a deletion.
	 * @return {@code true} if the document did not exist afterwards
	 */
	public boolean deletion() {
		return this.revision.equals(Revision.ABSENT);
	}

}
