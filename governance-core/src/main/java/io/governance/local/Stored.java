package io.governance.local;

import io.governance.config.ConfigDocument;
import io.governance.config.Revision;
import org.jspecify.annotations.Nullable;

/**
 * What the directory holds under the name of a document.
 *
 * @param fingerprint the file; {@code null} if there is none
 * @param document its content; {@code null} if there is none
 * @param recent whether it was read so soon after it was modified that a further change
 * need not show in its fingerprint
 */
record Stored(@Nullable Fingerprint fingerprint, @Nullable ConfigDocument document, boolean recent) {

	static final Stored ABSENT = new Stored(null, null, false);

	private static final int REVISION_LENGTH = 32;

	/**
	 * The revision of a content: its digest, shortened.
	 * @param content the content
	 * @return the revision
	 */
	static Revision revisionOf(byte[] content) {
		return revisionOf(ConfigDocument.digestOf(content));
	}

	static Revision revisionOf(String digest) {
		return new Revision(digest.substring(0, Math.min(REVISION_LENGTH, digest.length())));
	}

	Revision revision() {
		return (this.document != null) ? this.document.revision() : Revision.ABSENT;
	}

}
