package io.governance.operations;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.governance.config.ConfigDocument;

/**
 * An archive as a directory, which can be kept under version control. Symbolic links are
 * not followed. What begins with a dot at its top, such as {@code .git}, is left alone.
 */
final class DirectoryArchive {

	private DirectoryArchive() {
	}

	static void write(ConfigArchive archive, Path target) throws IOException {
		boolean posix = target.getFileSystem().supportedFileAttributeViews().contains("posix");
		Files.createDirectories(target, permissions(posix, "rwx------"));
		try (Stream<Path> files = Files.list(target)) {
			if (files.anyMatch((file) -> !isHidden(file))) {
				throw new DirectoryNotEmptyException(target.toString());
			}
		}
		for (ConfigDocument document : archive.documents().documents().values()) {
			Path file = target.resolve(Manifest.path(document.id()));
			Files.createDirectories(file.getParent(), permissions(posix, "rwx------"));
			write(file, document.content(), posix);
		}
		write(target.resolve(ConfigArchive.MANIFEST), Manifest.of(archive).json(), posix);
	}

	private static void write(Path file, byte[] content, boolean posix) throws IOException {
		try {
			Files.createFile(file, permissions(posix, "rw-------"));
		}
		catch (FileAlreadyExistsException ex) {
			throw new FileSystemException(file.toString(), null,
					"this file system takes its name for that of another document; use a zip file");
		}
		Files.write(file, content);
	}

	private static FileAttribute<?>[] permissions(boolean posix, String permissions) {
		return posix
				? new FileAttribute<?>[] {
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)) }
				: new FileAttribute<?>[0];
	}

	static ConfigArchive read(Path source, boolean edited) throws IOException {
		Set<String> files = new HashSet<>();
		try (Stream<Path> groups = Files.list(source)) {
			List<Path> directories = groups.filter((path) -> !isHidden(path))
				.filter((path) -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
				.toList();
			for (Path directory : directories) {
				list(source, directory, files);
			}
		}
		Manifest.Reader reader = (file, limit) -> read(source, file, limit);
		return Manifest.read(source, reader.read(ConfigArchive.MANIFEST, Manifest.MAX_SIZE))
			.documents(source, files, reader, edited);
	}

	private static void list(Path source, Path directory, Set<String> files) throws IOException {
		try (Stream<Path> documents = Files.list(directory)) {
			documents.limit(ConfigArchive.MAX_DOCUMENTS + 1L)
				.forEach((file) -> files.add(directory.getFileName() + "/" + file.getFileName()));
		}
		if (files.size() > ConfigArchive.MAX_DOCUMENTS) {
			throw new ArchiveException(source, "has too many files", null);
		}
	}

	private static boolean isHidden(Path file) {
		return file.getFileName().toString().startsWith(".");
	}

	private static byte[] read(Path source, String file, long limit) throws IOException {
		Path path = source.resolve(file);
		Path part = source;
		for (Path name : source.relativize(path)) {
			part = part.resolve(name);
			if (Files.isSymbolicLink(part)) {
				throw new FileSystemException(file, null, "is a symbolic link");
			}
		}
		if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
			throw new NoSuchFileException(file);
		}
		try (InputStream input = Files.newInputStream(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
			return Manifest.bounded(source, file, input, limit);
		}
	}

}
