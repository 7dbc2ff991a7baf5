package io.governance.config;

/**
 * The value of a key and where it stands. {@link #toString()} shows the place only.
 *
 * @param value a {@link String}, {@link Number} or {@link Boolean}; empty text for a key
 * without a value
 * @param origin where it stands
 */
public record ConfigValue(Object value, ConfigOrigin origin) {

	@Override
	public String toString() {
		return "value at " + this.origin;
	}

}
