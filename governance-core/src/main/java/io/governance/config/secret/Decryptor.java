package io.governance.config.secret;

import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * Opens the encrypted values of one kind: those that are written
 * <code>{cipher}name:...</code>. {@link SecretBox} is the one that is built in; one for a
 * key management service is found by {@link java.util.ServiceLoader}, since config is
 * read before there are any beans.
 */
public interface Decryptor extends AutoCloseable {

	/**
	 * What stands between <code>{cipher}</code> and the first colon.
	 * @return lower-case letters, digits and dashes, beginning with a letter
	 */
	String name();

	/**
	 * Called once, before anything else, with what the application has set outside of the
	 * remote config.
	 * @param settings tells the value of a property, such as {@code acme.kms.region}, or
	 * {@code null} if it is not set
	 */
	default void configure(UnaryOperator<@Nullable String> settings) {
	}

	/**
	 * Opens a value. Called for one value at a time, by a thread that is interrupted when
	 * {@code governance.secrets.timeout} is over.
	 * @param property the property that has the value, as it is written in the document
	 * @param cipherText what follows the colon
	 * @return the plain text, which must not be kept or logged
	 * @throws DecryptionException if it cannot be opened: says why
	 * @throws Exception anything else that goes wrong; only its type is shown
	 */
	String decrypt(String property, String cipherText) throws Exception;

	/**
	 * Frees what it holds, when the application ends.
	 */
	@Override
	default void close() {
	}

}
