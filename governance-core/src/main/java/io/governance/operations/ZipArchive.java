package io.governance.operations;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

import io.governance.config.ConfigDocument;

/**
 * An archive as a zip file. Never unpacked: its files are read by name, up to the limits,
 * however large they claim to be.
 */
final class ZipArchive {

	/** The same documents make the same bytes, apart from the manifest's time. */
	private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 2, 1, 0, 0);

	private ZipArchive() {
	}

	static void write(ConfigArchive archive, Path target) throws IOException {
		Path directory = target.toAbsolutePath().getParent();
		Path temporary = Files.createTempFile(directory, ".export", ".tmp");
		try {
			try (OutputStream file = Files.newOutputStream(temporary);
					ZipOutputStream zip = new ZipOutputStream(file)) {
				put(zip, ConfigArchive.MANIFEST, Manifest.of(archive).json());
				for (ConfigDocument document : archive.documents().documents().values()) {
					put(zip, Manifest.path(document.id()), document.content());
				}
			}
			Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
		}
		finally {
			Files.deleteIfExists(temporary);
		}
	}

	private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
		ZipEntry entry = new ZipEntry(name);
		entry.setTimeLocal(EPOCH);
		zip.putNextEntry(entry);
		zip.write(content);
		zip.closeEntry();
	}

	static ConfigArchive read(Path source, boolean edited) throws IOException {
		try (ZipFile zip = new ZipFile(source.toFile())) {
			if (zip.size() > ConfigArchive.MAX_DOCUMENTS * 2) {
				throw new ArchiveException(source, "has too many files", null);
			}
			Set<String> files = new HashSet<>();
			for (ZipEntry entry : Collections.list(zip.entries())) {
				if (!entry.isDirectory() && !files.add(entry.getName())) {
					throw new ArchiveException(source, "holds two files of one name", null);
				}
			}
			files.remove(ConfigArchive.MANIFEST);
			Manifest.Reader reader = (file, limit) -> read(source, zip, file, limit);
			return Manifest.read(source, reader.read(ConfigArchive.MANIFEST, Manifest.MAX_SIZE))
				.documents(source, files, reader, edited);
		}
		catch (IllegalArgumentException ex) {
			throw new ArchiveException(source, "has names that cannot be read", ex);
		}
	}

	private static byte[] read(Path source, ZipFile zip, String file, long limit) throws IOException {
		ZipEntry entry = zip.getEntry(file);
		if (entry == null) {
			throw new FileNotFoundException(file);
		}
		try (InputStream input = zip.getInputStream(entry)) {
			return Manifest.bounded(source, file, input, limit);
		}
	}

}
