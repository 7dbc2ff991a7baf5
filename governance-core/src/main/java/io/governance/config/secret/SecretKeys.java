package io.governance.config.secret;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import io.governance.GovernanceException;
import io.governance.internal.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * The keys that values are encrypted with: the first one encrypts, all of them decrypt. A
 * key is 32 random bytes, written in Base64, one a line or several between commas; lines
 * that begin with {@code #} are comments. Immutable; {@link #toString()} shows the ids
 * only.
 */
public final class SecretKeys {

	/** What an id looks like. */
	static final String ID = "[0-9a-f]{8}";

	private static final int KEY_BYTES = 32;

	private static final long MAX_FILE_BYTES = 64 * 1024;

	private final Map<String, SecretKey> keys;

	private SecretKeys(Map<String, SecretKey> keys) {
		this.keys = keys;
	}

	/**
	 * Makes a new key.
	 * @param random a source of random bytes
	 * @return the key in Base64
	 */
	public static String generate(SecureRandom random) {
		byte[] key = new byte[KEY_BYTES];
		random.nextBytes(key);
		return Base64.getEncoder().encodeToString(key);
	}

	/**
	 * Reads keys from text.
	 * @param text the keys, the one that encrypts first, parted by line ends or commas;
	 * lines that begin with {@code #} are comments
	 * @return the keys
	 * @throws GovernanceException if there is none, or if one of them is not a key; the
	 * message does not show it
	 */
	public static SecretKeys parse(String text) {
		Map<String, SecretKey> keys = new LinkedHashMap<>();
		int number = 0;
		for (String line : withoutMark(text).split("\\R")) {
			boolean comment = line.strip().startsWith("#");
			for (String entry : comment ? List.of("") : List.of(line.split(",", -1))) {
				number++;
				String key = entry.strip();
				if (!key.isEmpty()) {
					byte[] bytes = decode(key, number);
					if (keys.putIfAbsent(idOf(bytes), new SecretKeySpec(bytes, "AES")) != null) {
						throw new GovernanceException("Key " + number + " is there twice");
					}
					Arrays.fill(bytes, (byte) 0);
				}
			}
		}
		if (keys.isEmpty()) {
			throw new GovernanceException("There is no key: 'openssl rand -base64 32' makes one");
		}
		return new SecretKeys(keys);
	}

	/** Some editors put a byte order mark before the text. */
	private static String withoutMark(String text) {
		return text.startsWith("\uFEFF") ? text.substring(1) : text;
	}

	private static byte[] decode(String key, int number) {
		byte @Nullable [] bytes = null;
		try {
			bytes = Base64.getDecoder().decode(key.replace('-', '+').replace('_', '/'));
		}
		catch (IllegalArgumentException ex) {
			// Its message may show a part of the key.
		}
		if (bytes == null || bytes.length != KEY_BYTES) {
			throw new GovernanceException("Key " + number + " is not " + KEY_BYTES
					+ " bytes in Base64, as 'openssl rand -base64 32' makes them");
		}
		return bytes;
	}

	/**
	 * The id of a key follows from the key, so that no two fleets can mean different keys
	 * by one id. It tells nothing of the key.
	 */
	private static String idOf(byte[] key) {
		return Sha256.of("governance key id".getBytes(StandardCharsets.US_ASCII), key).substring(0, 8);
	}

	/**
	 * Reads keys from a file. Symbolic links are followed, as secrets that are mounted
	 * into a container are reached through them.
	 * @param file the file
	 * @return the keys
	 * @throws GovernanceException if it cannot be read, or does not hold keys; the
	 * message names the file
	 */
	public static SecretKeys read(Path file) {
		try {
			if (!Files.isRegularFile(file)) {
				throw Files.exists(file) ? new IOException("is not a file") : new NoSuchFileException(file.toString());
			}
			if (Files.size(file) > MAX_FILE_BYTES) {
				throw new IOException("is too large to be a file of keys");
			}
			return parse(Files.readString(file));
		}
		catch (NoSuchFileException ex) {
			throw new GovernanceException("Key file " + file + " does not exist", ex);
		}
		catch (IOException ex) {
			throw new GovernanceException("Key file " + file + " cannot be read: " + describe(ex), ex);
		}
		catch (GovernanceException ex) {
			throw new GovernanceException("Key file " + file + ": " + ex.getMessage());
		}
	}

	private static String describe(IOException failure) {
		return failure.getClass().equals(IOException.class) ? String.valueOf(failure.getMessage())
				: failure.getClass().getSimpleName();
	}

	/**
	 * Whether others than its owner may read or write a file of keys.
	 * @param file the file
	 * @return {@code true} if somebody should be warned; always {@code false} where files
	 * have no such permissions
	 */
	public static boolean isExposed(Path file) {
		if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
			return false;
		}
		try {
			Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
			return permissions.stream()
				.anyMatch((permission) -> permission.name().startsWith("GROUP_")
						|| permission.name().startsWith("OTHERS_"));
		}
		catch (IOException | UnsupportedOperationException ex) {
			return false;
		}
	}

	/**
	 * The ids of the keys, the one that encrypts first. An id is made of the key and
	 * tells nothing of it.
	 * @return eight hexadecimal digits each
	 */
	public Set<String> ids() {
		return Collections.unmodifiableSet(this.keys.keySet());
	}

	String newest() {
		return this.keys.keySet().iterator().next();
	}

	@Nullable SecretKey find(String id) {
		return this.keys.get(id);
	}

	@Override
	public String toString() {
		return "keys " + ids();
	}

}
