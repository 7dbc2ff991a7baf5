package io.governance.config.secret;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.Supplier;

import io.governance.GovernanceException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of a file, which is read again when it has changed, so that a new key is there
 * before the first value that needs it. A file that cannot be read any more leaves the
 * keys that were read last. Thread-safe.
 */
public final class KeyFile implements Supplier<SecretKeys> {

	private static final Logger logger = LoggerFactory.getLogger(KeyFile.class);

	private final Path file;

	private List<Object> version;

	private SecretKeys keys;

	/**
	 * Reads the file for the first time.
	 * @param file the file, as {@link SecretKeys#read} reads it
	 * @throws GovernanceException if it cannot be read or does not hold keys
	 */
	public KeyFile(Path file) {
		this.file = file;
		this.version = version(file);
		this.keys = SecretKeys.read(file);
	}

	@Override
	public synchronized SecretKeys get() {
		List<Object> now = version(this.file);
		if (!now.equals(this.version)) {
			this.version = now;
			try {
				this.keys = SecretKeys.read(this.file);
				logger.info("Key file {} has changed: {}", this.file, this.keys);
			}
			catch (GovernanceException ex) {
				logger.warn("{}: the keys that were read before stay", ex.getMessage());
			}
		}
		return this.keys;
	}

	private static List<Object> version(Path file) {
		try {
			BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
			@Nullable Object key = attributes.fileKey();
			return List.of(attributes.lastModifiedTime(), attributes.size(), (key != null) ? key : "");
		}
		catch (IOException ex) {
			return List.of();
		}
	}

}
