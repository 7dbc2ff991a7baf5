package io.governance.config;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good documents, kept in a file so that a process can start without the
 * backend, or while what the backend holds is broken.
 * <p>
 * The file is readable by its owner only, replaced in one step, never reached through a
 * symbolic link, and starts with the SHA-256 of the rest; one that is damaged, or that
 * others have written, counts as absent. A cache that cannot be written costs one warning
 * and nothing else. Not thread-safe.
 */
public final class SnapshotCache {

	private static final Logger logger = LoggerFactory.getLogger(SnapshotCache.class);

	private static final int DIGEST_LENGTH = 64;

	/** With what is added to it, below the 255 bytes that file systems allow. */
	private static final int MAX_NAME = 150;

	/**
	 * Says how the rest is written: plain data, since a JSON mapper takes long to make.
	 */
	private static final int FORMAT = 0x676f7631;

	private final Path file;

	private final @Nullable String user;

	private boolean warned;

	private @Nullable ConfigDocuments saved;

	/**
	 * A cache in a file.
	 * @param directory the directory, created at the first save
	 * @param name what the cache is for, such as the application's name; any text
	 */
	public SnapshotCache(Path directory, String name) {
		this(directory, name, ProcessHandle.current().info().user().orElse(null));
	}

	SnapshotCache(Path directory, String name, @Nullable String user) {
		this.file = directory.resolve(fileName(name) + ".snapshot");
		this.user = user;
	}

	/**
	 * The name itself where a file can be called so; otherwise as much of it as can be
	 * read, and a digest so that two names never share a file.
	 */
	private static String fileName(String name) {
		String plain = name.replaceAll("[^A-Za-z0-9._-]", "_");
		if (plain.equals(name) && name.length() <= MAX_NAME) {
			return name;
		}
		String digest = ConfigDocument.digestOf(name.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
		return plain.substring(0, Math.min(plain.length(), MAX_NAME)) + "-" + digest;
	}

	/**
	 * Where the snapshot is kept.
	 * @return the file
	 */
	public Path file() {
		return this.file;
	}

	/**
	 * Keeps documents in the place of those kept before. Does nothing if the content is
	 * the same. Never throws.
	 * @param documents the documents
	 * @param time when they were found good
	 */
	public void save(ConfigDocuments documents, Instant time) {
		if (this.saved != null && this.saved.sameContent(documents)) {
			return;
		}
		Path directory = this.file.toAbsolutePath().getParent();
		Path temporary = this.file.resolveSibling(this.file.getFileName() + "." + UUID.randomUUID() + ".tmp");
		try {
			if (directory != null) {
				Files.createDirectories(directory, ownerOnly("rwx------"));
			}
			refuseOther(this.file);
			write(temporary, encode(documents, time));
			Files.move(temporary, this.file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
			this.saved = documents;
			this.warned = false;
		}
		catch (IOException | RuntimeException ex) {
			if (!this.warned) {
				this.warned = true;
				logger.warn(
						"Cannot keep the last good config in {} ({}): a restart without the backend will not find it",
						this.file, ex.toString());
			}
			deleteQuietly(temporary);
		}
	}

	private static void write(Path temporary, byte[] content) throws IOException {
		try (FileChannel channel = FileChannel.open(temporary,
				Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly("rw-------"))) {
			ByteBuffer buffer = ByteBuffer.wrap(content);
			while (buffer.hasRemaining()) {
				channel.write(buffer);
			}
			channel.force(true);
		}
	}

	private static FileAttribute<?>[] ownerOnly(String permissions) {
		return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
				? new FileAttribute<?>[] {
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)) }
				: new FileAttribute<?>[0];
	}

	private static void refuseOther(Path path) throws IOException {
		if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
			throw new IOException("is a link or something else that is not a file, and never followed");
		}
	}

	/**
	 * What somebody else has written is not what this application worked with.
	 */
	private void refuseForeign() throws IOException {
		if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
			return;
		}
		PosixFileAttributes attributes = Files.readAttributes(this.file, PosixFileAttributes.class,
				LinkOption.NOFOLLOW_LINKS);
		if (!Collections.disjoint(attributes.permissions(),
				Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE))) {
			throw new IOException("can be written by others");
		}
		if (this.user != null && !this.user.equals(attributes.owner().getName())) {
			throw new IOException("belongs to another user");
		}
	}

	private static void deleteQuietly(Path path) {
		try {
			Files.deleteIfExists(path);
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Cannot delete {}", path, ex);
		}
	}

	/**
	 * The documents that were kept last.
	 * @return what was kept, or empty if nothing was or if it is damaged
	 */
	public Optional<Entry> load() {
		try {
			refuseOther(this.file);
			refuseForeign();
			byte[] content;
			try (var input = Files.newInputStream(this.file, LinkOption.NOFOLLOW_LINKS)) {
				content = input.readAllBytes();
			}
			return Optional.of(decode(content));
		}
		catch (NoSuchFileException ex) {
			return Optional.empty();
		}
		catch (IOException | RuntimeException ex) {
			String reason = (ex instanceof IOException) ? ex.getMessage() : ex.getClass().getName();
			logger.warn("Cannot use the config cached in {}: {}", this.file, reason);
			logger.debug("Cannot use the cached config", FailureTrace.of(ex));
			return Optional.empty();
		}
	}

	private static byte[] encode(ConfigDocuments documents, Instant time) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		DataOutputStream output = new DataOutputStream(bytes);
		output.writeInt(FORMAT);
		output.writeUTF(time.toString());
		output.writeInt(documents.documents().size());
		for (ConfigDocument document : documents.documents().values()) {
			output.writeUTF(document.id().namespace());
			output.writeUTF(document.id().group());
			output.writeUTF(document.id().name());
			output.writeUTF(document.revision().value());
			output.writeInt(document.content().length);
			output.write(document.content());
		}
		byte[] body = bytes.toByteArray();
		byte[] content = new byte[DIGEST_LENGTH + 1 + body.length];
		byte[] digest = ConfigDocument.digestOf(body).getBytes(StandardCharsets.US_ASCII);
		System.arraycopy(digest, 0, content, 0, DIGEST_LENGTH);
		content[DIGEST_LENGTH] = '\n';
		System.arraycopy(body, 0, content, DIGEST_LENGTH + 1, body.length);
		return content;
	}

	private static Entry decode(byte[] content) throws IOException {
		if (content.length <= DIGEST_LENGTH) {
			throw new IOException("is cut off");
		}
		String digest = new String(content, 0, DIGEST_LENGTH, StandardCharsets.US_ASCII);
		byte[] body = Arrays.copyOfRange(content, DIGEST_LENGTH + 1, content.length);
		if (!digest.equals(ConfigDocument.digestOf(body))) {
			throw new IOException("is damaged");
		}
		try {
			return read(new DataInputStream(new ByteArrayInputStream(body)));
		}
		catch (EOFException | UTFDataFormatException | DateTimeException ex) {
			throw new IOException("is not understood", ex);
		}
	}

	private static Entry read(DataInputStream input) throws IOException {
		if (input.readInt() != FORMAT) {
			throw new IOException("is not understood");
		}
		Instant time = Instant.parse(input.readUTF());
		List<ConfigDocument> documents = new ArrayList<>();
		for (int left = input.readInt(); left > 0; left--) {
			DocumentId id = new DocumentId(input.readUTF(), input.readUTF(), input.readUTF());
			Revision revision = new Revision(input.readUTF());
			int length = input.readInt();
			if (length < 0 || length > input.available()) {
				throw new EOFException();
			}
			documents.add(ConfigDocument.of(id, input.readNBytes(length), revision));
		}
		return new Entry(ConfigDocuments.of(documents), time);
	}

	/**
	 * What was kept.
	 *
	 * @param documents the documents
	 * @param time when they were found good
	 */
	public record Entry(ConfigDocuments documents, Instant time) {
	}

}
