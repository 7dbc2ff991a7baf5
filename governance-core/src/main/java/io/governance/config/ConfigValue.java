package io.governance.config;

/**
 * The value of a key and where it stands. {@link #toString()} shows the place only.
 *
 * @param value a {@link String}, {@link Number} or {@link Boolean}; empty text for a key
 * without a value
 * @param origin where it stands
 * @param secret whether it was encrypted, and is to be shown nowhere
 */
public record ConfigValue(Object value, ConfigOrigin origin, boolean secret) {

	/**
	 * A value that is written as it is.
	 * @param value the value
	 * @param origin where it stands
	 */
	public ConfigValue(Object value, ConfigOrigin origin) {
		this(value, origin, false);
	}

	@Override
	public String toString() {
		return "value at " + this.origin;
	}

}
