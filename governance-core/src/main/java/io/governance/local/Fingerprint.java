package io.governance.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What tells whether a file changed without reading it.
 *
 * @param key the file's identity (device and inode); {@code null} where the file system
 * has none
 * @param size its size in bytes
 * @param modified when it was modified last
 */
record Fingerprint(@Nullable Object key, long size, FileTime modified) {

	/** Some file systems count time in steps of 1 or 2 seconds. */
	private static final Duration COARSEST_STEP = Duration.ofSeconds(2);

	/**
	 * Takes the fingerprint of a file.
	 * @param file the file
	 * @param options whether to follow symbolic links
	 * @return the fingerprint, or {@code null} if there is no regular file
	 * @throws IOException if that cannot be known
	 */
	static @Nullable Fingerprint of(Path file, LinkOption... options) throws IOException {
		try {
			BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class, options);
			return attributes.isRegularFile()
					? new Fingerprint(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime()) : null;
		}
		catch (NoSuchFileException ex) {
			return null;
		}
	}

	/**
	 * Whether a file may still change without its fingerprint.
	 * @param now the time
	 * @return {@code true} if it was modified so recently that the next time of
	 * modification may be the same
	 */
	boolean isRecent(Instant now) {
		return Duration.between(this.modified.toInstant(), now).abs().compareTo(COARSEST_STEP) <= 0;
	}

}
