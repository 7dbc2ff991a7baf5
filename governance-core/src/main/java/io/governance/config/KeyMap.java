package io.governance.config;

import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A map of keys that shares all that did not change with the map that it was made of, so
 * that one changed key among thousands costs as much as that key. Immutable.
 *
 * @param <V> the type of the values
 */
final class KeyMap<V> {

	private static final KeyMap<?> EMPTY = new KeyMap<>(new Object[1][], 0);

	/** Each bucket holds keys and their values in turn, and is never written to again. */
	private final @Nullable Object[][] buckets;

	private final int size;

	private KeyMap(@Nullable Object[][] buckets, int size) {
		this.buckets = buckets;
		this.size = size;
	}

	@SuppressWarnings("unchecked")
	static <V> KeyMap<V> empty() {
		return (KeyMap<V>) EMPTY;
	}

	int size() {
		return this.size;
	}

	@SuppressWarnings("unchecked")
	@Nullable V get(String key) {
		@Nullable Object[] bucket = this.buckets[slot(key, this.buckets.length)];
		int at = find(bucket, key);
		return (at < 0) ? null : (V) bucket[at + 1];
	}

	private static int slot(String key, int buckets) {
		int hash = key.hashCode();
		return (hash ^ (hash >>> 16)) & (buckets - 1);
	}

	private static int find(@Nullable Object @Nullable [] bucket, String key) {
		if (bucket != null) {
			for (int i = 0; i < bucket.length; i += 2) {
				if (key.equals(bucket[i])) {
					return i;
				}
			}
		}
		return -1;
	}

	/**
	 * The map with some keys changed.
	 * @param changes the new values; {@code null} for a key to be removed
	 */
	KeyMap<V> with(Map<String, @Nullable V> changes) {
		if (changes.isEmpty()) {
			return this;
		}
		int expected = Math.max(this.size, changes.size());
		@Nullable Object[][] copy = (expected > 2 * this.buckets.length) ? grown(expected) : this.buckets.clone();
		int count = this.size;
		for (Map.Entry<String, @Nullable V> change : changes.entrySet()) {
			count += put(copy, change.getKey(), change.getValue());
		}
		return new KeyMap<>(copy, count);
	}

	private @Nullable Object[][] grown(int expected) {
		@Nullable Object[][] grown = new Object[Integer.highestOneBit(expected) << 1][];
		forEach((key, value) -> put(grown, key, value));
		return grown;
	}

	private static int put(@Nullable Object[][] buckets, String key, @Nullable Object value) {
		int slot = slot(key, buckets.length);
		@Nullable Object[] old = buckets[slot];
		int at = find(old, key);
		int length = (old != null) ? old.length : 0;
		if (value == null) {
			buckets[slot] = (at < 0) ? old : without(old, at);
			return (at < 0) ? 0 : -1;
		}
		@Nullable Object[] bucket = new Object[(at < 0) ? length + 2 : length];
		if (old != null) {
			System.arraycopy(old, 0, bucket, 0, length);
		}
		int to = (at < 0) ? length : at;
		bucket[to] = key;
		bucket[to + 1] = value;
		buckets[slot] = bucket;
		return (at < 0) ? 1 : 0;
	}

	private static @Nullable Object @Nullable [] without(@Nullable Object[] old, int at) {
		if (old.length == 2) {
			return null;
		}
		@Nullable Object[] bucket = new Object[old.length - 2];
		System.arraycopy(old, 0, bucket, 0, at);
		System.arraycopy(old, at + 2, bucket, at, bucket.length - at);
		return bucket;
	}

	@SuppressWarnings("unchecked")
	void forEach(BiConsumer<String, V> each) {
		for (@Nullable
		Object[] bucket : this.buckets) {
			for (int i = 0; bucket != null && i < bucket.length; i += 2) {
				each.accept((String) Objects.requireNonNull(bucket[i]), (V) Objects.requireNonNull(bucket[i + 1]));
			}
		}
	}

	/**
	 * Names the keys that may have another value in another map: all that differ, and
	 * perhaps some that are only close to them. What both maps share is not looked at.
	 * @param other the other map
	 * @param each told of each key, of some twice
	 */
	void forEachSuspect(KeyMap<V> other, Consumer<String> each) {
		if (this.buckets.length != other.buckets.length) {
			forEach((key, value) -> each.accept(key));
			other.forEach((key, value) -> each.accept(key));
			return;
		}
		for (int slot = 0; slot < this.buckets.length; slot++) {
			if (this.buckets[slot] != other.buckets[slot]) {
				tell(this.buckets[slot], each);
				tell(other.buckets[slot], each);
			}
		}
	}

	private static void tell(@Nullable Object @Nullable [] bucket, Consumer<String> each) {
		for (int i = 0; bucket != null && i < bucket.length; i += 2) {
			each.accept((String) Objects.requireNonNull(bucket[i]));
		}
	}

}
