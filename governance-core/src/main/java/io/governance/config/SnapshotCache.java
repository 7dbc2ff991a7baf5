package io.governance.config;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.governance.internal.PrivateFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good documents, kept in a file so that a process can start without the
 * backend, or while what the backend holds is broken.
 * <p>
 * The file is readable by its owner only, replaced in one step, and starts with the
 * SHA-256 of the rest. One that is damaged counts as absent, and so does one that others
 * may have written: a symbolic link, a file of another user, a file or a directory that
 * others can write. A cache that cannot be written costs one warning and nothing else.
 * Not thread-safe.
 */
public final class SnapshotCache {

	private static final Logger logger = LoggerFactory.getLogger(SnapshotCache.class);

	private static final String DIRECTORY = "governance.config.cache.directory";

	/** With what is added to it, below the 255 bytes that file systems allow. */
	private static final int MAX_NAME = 150;

	/**
	 * Says how the rest is written: plain data, since a JSON mapper takes long to make.
	 */
	private static final int FORMAT = 0x676f7631;

	private final PrivateFile file;

	private final PrivateFile refusal;

	private boolean warned;

	/** The digests of what was kept last. */
	private @Nullable Map<DocumentId, String> saved;

	/**
	 * A cache in a file.
	 * @param directory the directory, created at the first save
	 * @param name what the cache is for, such as the application's name; any text
	 */
	public SnapshotCache(Path directory, String name) {
		this(directory, name, ProcessHandle.current().info().user().orElse(null));
	}

	SnapshotCache(Path directory, String name, @Nullable String user) {
		String plain = fileName(name);
		this.file = new PrivateFile(directory, plain + ".snapshot", user, DIRECTORY);
		this.refusal = new PrivateFile(directory, plain + ".refused", user, DIRECTORY);
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
		return this.file.path();
	}

	/**
	 * Where it is kept what was refused since.
	 */
	PrivateFile refusal() {
		return this.refusal;
	}

	/**
	 * Keeps documents in the place of those kept before. Does nothing if the content is
	 * the same. Never throws.
	 * @param documents the documents
	 * @param time when they were found good
	 */
	public void save(ConfigDocuments documents, Instant time) {
		Map<DocumentId, String> digests = new HashMap<>();
		documents.documents().forEach((id, document) -> digests.put(id, document.digest()));
		if (digests.equals(this.saved)) {
			return;
		}
		try {
			this.file.write(encode(documents, time));
			this.saved = digests;
			this.warned = false;
		}
		catch (IOException | RuntimeException ex) {
			if (!this.warned) {
				this.warned = true;
				logger.warn(
						"Cannot keep the last good config in {} ({}): a restart without the backend will not find it",
						this.file.path(), ex.toString());
			}
		}
	}

	/**
	 * The documents that were kept last.
	 * @return what was kept, or empty if nothing was or if it is damaged
	 */
	public Optional<Entry> load() {
		try {
			return Optional.of(decode(this.file.read()));
		}
		catch (NoSuchFileException ex) {
			return Optional.empty();
		}
		catch (IOException | RuntimeException ex) {
			String reason = (ex instanceof IOException) ? ex.getMessage() : ex.getClass().getName();
			logger.warn("Cannot use the config cached in {}: {}", this.file.path(), reason);
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
		return bytes.toByteArray();
	}

	private static Entry decode(byte[] body) throws IOException {
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
