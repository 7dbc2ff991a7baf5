package io.governance.consul;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

import org.jspecify.annotations.Nullable;

/**
 * The token that every request carries: given, or read from a file again whenever the
 * file changes. Never printed. Thread-safe.
 */
final class ConsulToken {

	private final String given;

	private final @Nullable Path file;

	private @Nullable FileTime modified;

	private String read = "";

	private long generation;

	ConsulToken(ConsulSettings settings) {
		this.given = settings.token();
		this.file = settings.tokenFile().isEmpty() ? null : Path.of(settings.tokenFile());
	}

	/** Whether requests carry a token. */
	boolean isPresent() {
		return this.file != null || !this.given.isEmpty();
	}

	/**
	 * The token of today.
	 * @return the token; empty if there is none
	 * @throws UnreadableTokenException if the file cannot be read
	 */
	synchronized String get() throws IOException {
		if (this.file == null) {
			return this.given;
		}
		try {
			FileTime now = Files.getLastModifiedTime(this.file);
			if (!now.equals(this.modified)) {
				String before = this.read;
				this.read = read(this.file);
				this.modified = now;
				if (!this.read.equals(before)) {
					this.generation++;
				}
			}
			return this.read;
		}
		catch (IOException ex) {
			this.modified = null;
			throw new UnreadableTokenException(ex);
		}
	}

	/** Grows whenever the file is found to hold another token than before. */
	synchronized long generation() {
		return this.generation;
	}

	private static String read(Path file) throws IOException {
		String token = Files.readString(file, StandardCharsets.UTF_8).strip();
		if (token.isEmpty() || !ConsulSettings.isToken(token)) {
			throw new IOException("It holds no token");
		}
		return token;
	}

	/** There is no token to send, so nothing is sent. */
	@SuppressWarnings("serial")
	static final class UnreadableTokenException extends IOException {

		UnreadableTokenException(IOException cause) {
			super("governance.consul.token-file cannot be read: " + cause.getClass().getSimpleName()
					+ ". Mount the file and let this process read it");
		}

	}

}
