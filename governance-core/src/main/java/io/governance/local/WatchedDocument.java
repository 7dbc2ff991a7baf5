package io.governance.local;

import java.io.IOException;
import java.nio.file.Path;

import io.governance.config.DocumentId;
import org.jspecify.annotations.Nullable;

/**
 * A document that somebody watches. Belongs to the watcher's thread.
 */
final class WatchedDocument {

	final DocumentId id;

	final Path file;

	/** How many watches there are. */
	int watches;

	/** What is delivered. */
	Stored taken = Stored.ABSENT;

	/** Whether that was read. */
	boolean known;

	/** Why it cannot be read, if it cannot. */
	@Nullable IOException failure;

	/** Whether there is a file, by what the operating system has told so far. */
	boolean exists;

	/** Which file that was, as far as the file system tells files apart. */
	@Nullable Object key;

	boolean settling;

	long stillSince;

	@Nullable Fingerprint still;

	WatchedDocument(DocumentId id, Path file) {
		this.id = id;
		this.file = file;
	}

	@Nullable Fingerprint look() {
		try {
			return Fingerprint.of(this.file);
		}
		catch (IOException ex) {
			// What is wrong is found out when it is read.
			return null;
		}
	}

	void take(Stored stored) {
		this.taken = stored;
		this.known = true;
		this.settling = false;
	}

	/**
	 * Looks which file is there.
	 * @return whether it is another one than at the last look; {@code true} also where
	 * the file system cannot tell
	 */
	boolean isReplaced() {
		Fingerprint now = look();
		Object before = this.key;
		this.key = (now != null) ? now.key() : null;
		return now != null && (now.key() == null || !now.key().equals(before));
	}

	void begin() {
		Fingerprint now = look();
		this.exists = now != null;
		this.key = (now != null) ? now.key() : null;
	}

}
