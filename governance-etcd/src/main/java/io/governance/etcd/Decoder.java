package io.governance.etcd;

import org.jspecify.annotations.Nullable;

/**
 * Reads the values of a {@link RangeFeed}, on its thread.
 *
 * @param <V> the type of the values
 */
@FunctionalInterface
interface Decoder<V> {

	/**
	 * Reads a value.
	 * @param key its key
	 * @param value what it holds
	 * @param modified the revision at which it was written
	 * @return the value, or {@code null} if that is none
	 */
	@Nullable V decode(String key, byte[] value, long modified);

}
