package io.governance.config;

/**
 * A version of a document or of a set of documents, as its backend names it. Opaque: two
 * revisions can be compared for equality only, unless the backend declares
 * {@code ORDERED_REVISIONS}, whose revisions are unsigned numbers that grow. Publishing
 * equal content may keep the revision, and going back to earlier content may go back to
 * its revision.
 *
 * @param value the backend's own text
 */
public record Revision(String value) {

	/** What a document that does not exist has for a revision. */
	public static final Revision ABSENT = new Revision("absent");

	/**
	 * A revision that the backend counts.
	 * @param number the count
	 * @return the revision
	 */
	public static Revision of(long number) {
		return new Revision(Long.toUnsignedString(number));
	}

	@Override
	public String toString() {
		return this.value;
	}

}
