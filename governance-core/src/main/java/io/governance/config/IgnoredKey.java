package io.governance.config;

import java.util.List;
import java.util.stream.Collectors;

import io.governance.Printable;

/**
 * A key of a remote document that is not taken over, since remote config may not set it.
 *
 * @param key the key as written
 * @param origin where it stands
 */
public record IgnoredKey(String key, ConfigOrigin origin) {

	private static final int MAX_SHOWN = 20;

	/**
	 * Some keys in one line, for logs.
	 * @param keys the keys
	 * @return the keys with their places, not all of them if they are many
	 */
	public static String describe(List<IgnoredKey> keys) {
		String shown = keys.stream().limit(MAX_SHOWN).map(IgnoredKey::toString).collect(Collectors.joining(", "));
		return (keys.size() <= MAX_SHOWN) ? shown : shown + " and " + (keys.size() - MAX_SHOWN) + " more";
	}

	/**
	 * The key and its place.
	 */
	@Override
	public String toString() {
		return "'" + Printable.of(this.key) + "' in " + this.origin;
	}

}
