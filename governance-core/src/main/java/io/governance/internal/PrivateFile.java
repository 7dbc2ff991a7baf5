package io.governance.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file for the eyes of its owner, replaced in one step and starting with the SHA-256 of
 * the rest. Neither it nor its directory may be a symbolic link or be open for others to
 * write. Immutable.
 */
public final class PrivateFile {

	private static final Logger logger = LoggerFactory.getLogger(PrivateFile.class);

	private static final int DIGEST_LENGTH = 64;

	private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS = Set.of(PosixFilePermission.GROUP_WRITE,
			PosixFilePermission.OTHERS_WRITE);

	private final Path path;

	private final Path directory;

	private final @Nullable String user;

	private final String property;

	/**
	 * A file that may exist.
	 * @param directory its directory, created at the first write
	 * @param name its name
	 * @param user who must own what is read, or {@code null} if that is not known
	 * @param property the property that names the directory, for what is said of it
	 */
	public PrivateFile(Path directory, String name, @Nullable String user, String property) {
		this.directory = directory;
		this.path = directory.resolve(name);
		this.user = user;
		this.property = property;
	}

	/**
	 * Where the file is.
	 * @return the path
	 */
	public Path path() {
		return this.path;
	}

	/**
	 * Replaces the content.
	 * @param body the content
	 * @throws IOException if that is not possible or not safe
	 */
	public void write(byte[] body) throws IOException {
		Path temporary = this.path.resolveSibling(this.path.getFileName() + "." + UUID.randomUUID() + ".tmp");
		try {
			if (!Files.isSymbolicLink(this.directory)) {
				Files.createDirectories(this.directory, ownerOnly("rwx------"));
			}
			refuseOpenDirectory();
			refuseOther();
			byte[] digest = Sha256.of(body).getBytes(StandardCharsets.US_ASCII);
			try (FileChannel channel = FileChannel.open(temporary,
					Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly("rw-------"))) {
				writeAll(channel, digest);
				writeAll(channel, new byte[] { '\n' });
				writeAll(channel, body);
				channel.force(true);
			}
			Files.move(temporary, this.path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		}
		catch (IOException | RuntimeException ex) {
			deleteQuietly(temporary);
			throw ex;
		}
	}

	private static void writeAll(FileChannel channel, byte[] content) throws IOException {
		ByteBuffer buffer = ByteBuffer.wrap(content);
		while (buffer.hasRemaining()) {
			channel.write(buffer);
		}
	}

	private static FileAttribute<?>[] ownerOnly(String permissions) {
		return posix()
				? new FileAttribute<?>[] {
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)) }
				: new FileAttribute<?>[0];
	}

	private static boolean posix() {
		return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
	}

	/**
	 * Where others may write, they may put another file in the place of this one.
	 */
	private void refuseOpenDirectory() throws IOException {
		if (Files.isSymbolicLink(this.directory)) {
			throw new IOException("its directory is a symbolic link, which is never followed: name the directory "
					+ "itself in " + this.property);
		}
		if (posix() && isWritableByOthers(attributesOf(this.directory))) {
			throw new IOException("its directory can be written by others: take that right away (chmod 700), or let "
					+ this.property + " name a directory in it, which is created");
		}
	}

	private static boolean isWritableByOthers(PosixFileAttributes attributes) {
		return !Collections.disjoint(attributes.permissions(), WRITABLE_BY_OTHERS);
	}

	private static PosixFileAttributes attributesOf(Path path) throws IOException {
		return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
	}

	private void refuseOther() throws IOException {
		if (Files.exists(this.path, LinkOption.NOFOLLOW_LINKS)
				&& !Files.isRegularFile(this.path, LinkOption.NOFOLLOW_LINKS)) {
			throw new IOException("is a link or something else that is not a file, and never followed");
		}
	}

	/**
	 * What somebody else has written is not what this application worked with.
	 */
	private void refuseForeign() throws IOException {
		if (!posix()) {
			return;
		}
		PosixFileAttributes attributes = attributesOf(this.path);
		if (isWritableByOthers(attributes)) {
			throw new IOException("can be written by others");
		}
		if (this.user != null && !this.user.equals(attributes.owner().getName())) {
			throw new IOException("belongs to another user");
		}
	}

	/**
	 * Reads the content.
	 * @return the content
	 * @throws java.nio.file.NoSuchFileException if there is no such file
	 * @throws IOException if it cannot be read, is damaged or is not to be trusted
	 */
	public byte[] read() throws IOException {
		return read(Integer.MAX_VALUE - 1);
	}

	/**
	 * Reads the content, unless it is too large.
	 * @param max how many bytes are read at most
	 * @return the content
	 * @throws java.nio.file.NoSuchFileException if there is no such file
	 * @throws IOException if it cannot be read, is too large, damaged or not to be
	 * trusted
	 */
	public byte[] read(int max) throws IOException {
		refuseOther();
		refuseForeign();
		refuseOpenDirectory();
		byte[] content;
		try (var input = Files.newInputStream(this.path, LinkOption.NOFOLLOW_LINKS)) {
			content = input.readNBytes(max + 1);
		}
		if (content.length > max) {
			throw new IOException("is larger than " + max + " bytes");
		}
		if (content.length <= DIGEST_LENGTH) {
			throw new IOException("is cut off");
		}
		String digest = new String(content, 0, DIGEST_LENGTH, StandardCharsets.US_ASCII);
		byte[] body = Arrays.copyOfRange(content, DIGEST_LENGTH + 1, content.length);
		if (!digest.equals(Sha256.of(body))) {
			throw new IOException("is damaged");
		}
		return body;
	}

	/**
	 * Takes the file away, if it is there. Never throws.
	 */
	public void delete() {
		deleteQuietly(this.path);
	}

	private static void deleteQuietly(Path path) {
		try {
			Files.deleteIfExists(path);
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Cannot delete {}", path, ex);
		}
	}

}
