package io.governance.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;

/**
 * Documents of a namespace outside of a backend: a backup, or what goes from one
 * environment to another. Kept as a directory or as a zip file, with a manifest that
 * holds the digest of each document.
 *
 * @param namespace where the documents come from
 * @param time when they were read
 * @param groups the groups that were read, each in whole
 * @param documents the documents
 */
public record ConfigArchive(String namespace, Instant time, Set<String> groups, ConfigDocuments documents) {

	/** The name of the manifest within an archive. */
	public static final String MANIFEST = "manifest.json";

	/** How many documents an archive may have. */
	public static final int MAX_DOCUMENTS = 10_000;

	/** How large all documents of an archive may be together. */
	public static final long MAX_BYTES = 256L * 1024 * 1024;

	/**
	 * Creates an archive from copies.
	 */
	public ConfigArchive {
		groups = Collections.unmodifiableSet(new TreeSet<>(groups));
	}

	/**
	 * Writes the archive, readable by its owner only.
	 * @param target a path that ends with {@code .zip} for a zip file, which is replaced
	 * if it is there; any other for a directory, which is made and must be empty
	 * @throws ArchiveException if it cannot be written, or would be too large to be read
	 */
	public void write(Path target) {
		long bytes = this.documents.documents().values().stream().mapToLong(ConfigDocument::size).sum();
		if (this.documents.documents().size() > MAX_DOCUMENTS || bytes > MAX_BYTES) {
			throw new ArchiveException(target, "would be too large to be read again, with "
					+ this.documents.documents().size() + " documents and " + bytes + " bytes: export group by group",
					null);
		}
		try {
			if (isZip(target)) {
				ZipArchive.write(this, target);
			}
			else {
				DirectoryArchive.write(this, target);
			}
		}
		catch (IOException ex) {
			throw ArchiveException.of(target, "cannot be written", ex);
		}
	}

	/**
	 * Reads an archive. It may come from anywhere: it is bounded in size and number, and
	 * nothing outside of it is read.
	 * @param source a zip file or a directory that {@link #write} has made
	 * @param edited whether documents may differ from their digests in the manifest
	 * @return the archive
	 * @throws ArchiveException if it cannot be read, is too large, or is not what its
	 * manifest says
	 */
	public static ConfigArchive read(Path source, boolean edited) {
		try {
			return Files.isDirectory(source) ? DirectoryArchive.read(source, edited) : ZipArchive.read(source, edited);
		}
		catch (IOException ex) {
			throw ArchiveException.of(source, "cannot be read", ex);
		}
	}

	private static boolean isZip(Path target) {
		return target.toString().endsWith(".zip");
	}

}
