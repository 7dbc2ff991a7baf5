package io.governance.config.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts and opens values with keys of one's own: AES-256-GCM, in the form
 * <code>{cipher}v1:keyId:payload</code>. The payload is, in Base64 for URLs without
 * padding, a random nonce of 12 bytes, the cipher text and the tag of 16 bytes. A value
 * is bound to its property: it cannot be opened under another name, so that nobody who
 * may write documents but has no key can have a secret shown by moving it to a property
 * that is shown. Thread-safe.
 */
public final class SecretBox implements Decryptor {

	/** What encrypted values begin with. */
	public static final String PREFIX = "{cipher}";

	/** The name of this form, version 1. */
	public static final String NAME = "v1";

	private static final String TRANSFORMATION = "AES/GCM/NoPadding";

	private static final int NONCE_BYTES = 12;

	private static final int TAG_BYTES = 16;

	private final Supplier<SecretKeys> keys;

	private final SecureRandom random;

	/**
	 * A box with certain keys.
	 * @param keys the keys
	 */
	public SecretBox(SecretKeys keys) {
		this(() -> keys, new SecureRandom());
	}

	/**
	 * A box whose keys may be exchanged while it is used.
	 * @param keys the keys as they are now; throws if there are none
	 * @param random where nonces come from
	 */
	public SecretBox(Supplier<SecretKeys> keys, SecureRandom random) {
		this.keys = keys;
		this.random = random;
	}

	@Override
	public String name() {
		return NAME;
	}

	/**
	 * Encrypts a value for a property, with the newest key.
	 * @param property the property, in any spelling that relaxed binding understands; the
	 * index of a list element does not count
	 * @param value the value
	 * @return what to write into the document; in YAML between quotes
	 */
	public String encrypt(String property, String value) {
		SecretKeys known = this.keys.get();
		String id = known.newest();
		byte[] nonce = new byte[NONCE_BYTES];
		this.random.nextBytes(nonce);
		try {
			Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key(known, id), id, property, nonce, 0);
			byte[] plain = value.getBytes(StandardCharsets.UTF_8);
			byte[] payload = new byte[NONCE_BYTES + plain.length + TAG_BYTES];
			System.arraycopy(nonce, 0, payload, 0, NONCE_BYTES);
			cipher.doFinal(plain, 0, plain.length, payload, NONCE_BYTES);
			return PREFIX + NAME + ":" + id + ":" + Base64.getUrlEncoder().withoutPadding().encodeToString(payload);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Every Java platform has " + TRANSFORMATION, ex);
		}
	}

	/**
	 * Opens a value.
	 * @param property the property that has it, in any spelling
	 * @param cipherText the key id, a colon and the payload
	 * @return the value
	 * @throws DecryptionException if the key is not here, or if the value was changed or
	 * encrypted for another property
	 */
	@Override
	public String decrypt(String property, String cipherText) {
		int colon = cipherText.indexOf(':');
		byte[] payload = decode(cipherText.substring(colon + 1));
		if (colon < 0 || !cipherText.substring(0, colon).matches(SecretKeys.ID)
				|| payload.length < NONCE_BYTES + TAG_BYTES) {
			throw new DecryptionException("is not a whole encrypted value: was a part of it lost when it was copied?");
		}
		String id = cipherText.substring(0, colon);
		SecretKey key = key(this.keys.get(), id);
		try {
			Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, id, property, payload, 0);
			return new String(cipher.doFinal(payload, NONCE_BYTES, payload.length - NONCE_BYTES),
					StandardCharsets.UTF_8);
		}
		catch (AEADBadTagException ex) {
			throw new DecryptionException(
					"cannot be decrypted: its text was changed, or it was encrypted for a property of another name");
		}
		catch (GeneralSecurityException ex) {
			throw new DecryptionException("cannot be decrypted: " + ex.getClass().getSimpleName());
		}
	}

	private static byte[] decode(String payload) {
		try {
			return Base64.getUrlDecoder().decode(payload);
		}
		catch (IllegalArgumentException ex) {
			return new byte[0];
		}
	}

	private static SecretKey key(SecretKeys keys, String id) {
		SecretKey key = keys.find(id);
		if (key == null) {
			throw new DecryptionException("was encrypted with the key '" + id + "', and this application has " + keys
					+ ": add that key, or encrypt the value again");
		}
		return key;
	}

	private static Cipher cipher(int mode, SecretKey key, String id, String property, byte[] nonce, int offset)
			throws GeneralSecurityException {
		Cipher cipher = Cipher.getInstance(TRANSFORMATION);
		cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce, offset, NONCE_BYTES));
		cipher.updateAAD((NAME + ":" + id + ":" + boundName(property)).getBytes(StandardCharsets.UTF_8));
		return cipher;
	}

	/**
	 * The name that a value is bound to: the same for all spellings of a property and all
	 * elements of a list. Part of the form, so it never changes.
	 */
	static String boundName(String property) {
		StringBuilder name = new StringBuilder(property.length());
		for (int i = 0; i < property.length(); i++) {
			char c = property.charAt(i);
			int close = (c == '[') ? property.indexOf(']', i) : -1;
			if (close >= 0) {
				String inside = property.substring(i + 1, close);
				name.append('[').append(inside.matches("[0-9]+") ? "" : inside).append(']');
				i = close;
			}
			else if (c != '-' && c != '_') {
				name.append(Character.toLowerCase(c));
			}
		}
		return name.toString();
	}

}
