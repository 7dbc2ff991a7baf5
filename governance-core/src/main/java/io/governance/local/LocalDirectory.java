package io.governance.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.governance.BackendUnavailableException;
import io.governance.config.DocumentId;
import io.governance.internal.FileNames;

/**
 * The shared directory: where things lie, how they are written. Directories are for their
 * owner alone (0700) and so are files (0600), where the file system knows such
 * permissions. Symbolic links are followed for reading documents and for the base
 * directory itself, and nothing is ever written through any other one. Thread-safe.
 */
final class LocalDirectory {

	private final String backend;

	private final Path base;

	private final FileAttribute<?>[] forDirectories;

	private final FileAttribute<?>[] forFiles;

	private volatile boolean opened;

	LocalDirectory(String backend, Path base) {
		this.backend = backend;
		this.base = base;
		boolean posix = base.getFileSystem().supportedFileAttributeViews().contains("posix");
		this.forDirectories = posix ? permissions("rwx------") : new FileAttribute<?>[0];
		this.forFiles = posix ? permissions("rw-------") : new FileAttribute<?>[0];
	}

	private static FileAttribute<?>[] permissions(String permissions) {
		return new FileAttribute<?>[] {
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)) };
	}

	Path base() {
		return this.base;
	}

	Path namespace(String namespace) {
		return this.base.resolve("config").resolve(FileNames.encode(namespace));
	}

	Path group(String namespace, String group) {
		return namespace(namespace).resolve(FileNames.encode(group));
	}

	Path document(DocumentId id) {
		return group(id.namespace(), id.group()).resolve(FileNames.encode(id.name()));
	}

	Path history(DocumentId id) {
		return this.base.resolve("history")
			.resolve(FileNames.encode(id.namespace()))
			.resolve(FileNames.encode(id.group()))
			.resolve(FileNames.encode(id.name()));
	}

	Path services(String namespace) {
		return this.base.resolve("services").resolve(FileNames.encode(namespace));
	}

	Path locks(String namespace) {
		return this.base.resolve("locks").resolve(FileNames.encode(namespace));
	}

	Path hidden(String name) {
		return this.base.resolve(".governance").resolve(name);
	}

	/**
	 * Makes the directory at its first use. Later it is not made again, for whom ever: a
	 * directory that has vanished is unreachable, not empty.
	 * @throws IOException if there is none and it cannot be made
	 */
	void open() throws IOException {
		if (this.opened) {
			checkBase();
		}
		else {
			Files.createDirectories(this.base, this.forDirectories);
			this.opened = true;
		}
	}

	/**
	 * Checks that the directory is there.
	 * @throws IOException if it is not
	 */
	void checkBase() throws IOException {
		if (!Files.isDirectory(this.base)) {
			throw new NotDirectoryException(this.base.toString());
		}
	}

	/**
	 * Checks that a file which cannot be found is absent: what lies behind a link that
	 * leads nowhere is unreachable.
	 * @param file the file
	 * @throws IOException if there is such a link on the way to it
	 */
	void checkAbsent(Path file) throws IOException {
		Path path = this.base;
		for (Path part : this.base.relativize(file)) {
			path = path.resolve(part);
			if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
				return;
			}
			if (Files.isSymbolicLink(path) && Files.notExists(path)) {
				throw new FileSystemException(path.toString(), null, path + " is a link to what is not there");
			}
		}
	}

	/**
	 * What is in a directory.
	 * @param directory the directory
	 * @return what is in it; nothing if it is absent
	 * @throws IOException if it cannot be read, or not to its end
	 */
	List<Path> entries(Path directory) throws IOException {
		List<Path> entries = new ArrayList<>();
		try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
			stream.forEach(entries::add);
		}
		catch (NoSuchFileException ex) {
			checkBase();
			checkAbsent(directory);
		}
		catch (DirectoryIteratorException ex) {
			throw ex.getCause();
		}
		return entries;
	}

	/**
	 * Makes a directory below the base, and what is missing in between.
	 * @param directory the directory
	 * @throws IOException if that is not possible, the base has vanished, or a part of
	 * the path is a symbolic link
	 */
	void create(Path directory) throws IOException {
		open();
		Path path = this.base;
		for (Path part : this.base.relativize(directory)) {
			path = path.resolve(part);
			if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
				createOne(path);
			}
		}
	}

	private void createOne(Path path) throws IOException {
		try {
			Files.createDirectory(path, this.forDirectories);
		}
		catch (FileAlreadyExistsException ex) {
			if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
				throw new FileSystemException(path.toString(), null, "is not a directory of its own");
			}
		}
	}

	/**
	 * Writes a new file in an existing directory.
	 * @param file the file
	 * @param content its content
	 * @param force whether it must be on the disk when this returns
	 * @throws IOException if that is not possible
	 */
	void writeNew(Path file, byte[] content, boolean force) throws IOException {
		Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
		try (FileChannel channel = FileChannel.open(file, options, this.forFiles)) {
			ByteBuffer buffer = ByteBuffer.wrap(content);
			while (buffer.hasRemaining()) {
				channel.write(buffer);
			}
			if (force) {
				channel.force(true);
			}
		}
	}

	/**
	 * Opens a file for reading and writing that is made if need be.
	 * @param file the file
	 * @return the channel
	 * @throws IOException if that is not possible
	 */
	FileChannel openForWriting(Path file) throws IOException {
		return FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ,
				StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS), this.forFiles);
	}

	/**
	 * Puts a file in its place as a whole: no reader sees a part of it.
	 * @param file the file, whose directory exists
	 * @param content its content
	 * @throws IOException if that is not possible
	 */
	void replace(Path file, byte[] content) throws IOException {
		Path temporary = temporary();
		try {
			writeNew(temporary, content, false);
			Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
		}
		finally {
			Files.deleteIfExists(temporary);
		}
	}

	/**
	 * A path for a temporary file, in the same file system.
	 * @return a path where nothing is
	 * @throws IOException if its directory cannot be made
	 */
	Path temporary() throws IOException {
		Path directory = hidden("tmp");
		create(directory);
		return directory.resolve(UUID.randomUUID().toString());
	}

	/**
	 * Brings what was renamed in a directory to the disk, where the operating system
	 * offers that.
	 * @param directory the directory
	 */
	void force(Path directory) {
		try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
			channel.force(true);
		}
		catch (IOException ex) {
			// Windows opens no directories, and keeps its renames in order by itself.
		}
	}

	/**
	 * Explains why the directory cannot be used and what to do.
	 * @param what what was tried, such as "read"
	 * @param path what it was tried with
	 * @param cause what the operating system said
	 * @return the exception to throw
	 */
	BackendUnavailableException unavailable(String what, Path path, IOException cause) {
		return new BackendUnavailableException(this.backend, explain(what, path, cause), cause);
	}

	String explain(String what, Path path, IOException cause) {
		return "Backend '" + this.backend + "' cannot " + what + " " + path + " (" + reason(cause)
				+ "): make sure that the directory " + this.base
				+ " exists and that this user may read and write it, or set governance.local.directory to another one";
	}

	private static String reason(IOException cause) {
		String type = cause.getClass().getSimpleName().replaceAll("Exception$", "");
		if (cause instanceof FileSystemException ex) {
			return (ex.getReason() != null) ? ex.getReason() : type;
		}
		return (cause.getMessage() != null) ? cause.getMessage() : type;
	}

}
