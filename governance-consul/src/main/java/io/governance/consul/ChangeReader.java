package io.governance.consul;

import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Reads what may have changed.
 *
 * @param <K> what is watched
 * @param <T> the type of its state
 */
interface ChangeReader<K, T> {

	/**
	 * Finds out what may have changed. Called on one thread at a time.
	 * @param known what is known
	 * @param watched how much is watched, whether it is known or not
	 * @return what must be read again
	 */
	Set<K> changed(Map<K, T> known, int watched);

	/**
	 * Reads one. Called on many threads at once, never for the same key.
	 * @param key what to read
	 * @param known what is known of it, if anything
	 * @return its state
	 */
	T read(K key, @Nullable T known);

}
