package io.governance.config;

import io.governance.GovernanceException;
import io.governance.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Config that cannot be applied. Tells where it stands as far as that is known, and never
 * holds the value itself.
 */
public class InvalidConfigException extends GovernanceException {

	private final @Nullable ConfigOrigin origin;

	private final @Nullable String key;

	private final String reason;

	/**
	 * Creates an exception.
	 * @param origin where the offending text stands, if known
	 * @param key the property that is wrong, if it is one
	 * @param reason what is wrong and how to mend it, without the value
	 * @param cause what led to it, if anything
	 */
	public InvalidConfigException(@Nullable ConfigOrigin origin, @Nullable String key, String reason,
			@Nullable Throwable cause) {
		super(message(origin, key, reason), cause);
		this.origin = origin;
		this.key = key;
		this.reason = reason;
	}

	static InvalidConfigException in(DocumentId document, String reason) {
		return new InvalidConfigException(ConfigOrigin.of(document), null, reason, null);
	}

	private static String message(@Nullable ConfigOrigin origin, @Nullable String key, String reason) {
		StringBuilder message = new StringBuilder();
		if (origin != null) {
			message.append(origin).append(": ");
		}
		if (key != null) {
			message.append("'").append(Printable.of(key)).append("' ");
		}
		return message.append(reason).toString();
	}

	/**
	 * Where the offending text stands.
	 * @return the origin, or {@code null} if it is not known
	 */
	public @Nullable ConfigOrigin origin() {
		return this.origin;
	}

	/**
	 * The property that is wrong.
	 * @return the key, or {@code null} if the document as a whole is wrong
	 */
	public @Nullable String key() {
		return this.key;
	}

	/**
	 * What is wrong and how to mend it, without place and key.
	 * @return the reason
	 */
	public String reason() {
		return this.reason;
	}

}
