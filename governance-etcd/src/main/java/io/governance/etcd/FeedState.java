package io.governance.etcd;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.watch.WatchEvent;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What a {@link RangeFeed} knows of its keys: what it has read, and what the watch has
 * told since. Used by the thread of the {@link WatchLoop} only.
 *
 * @param <V> the type of the values
 */
final class FeedState<V> {

	/** Whether only the keys that somebody wants are known, not the whole range. */
	private final boolean selective;

	private final Decoder<V> decoder;

	private final NavigableMap<String, Value<V>> values = new TreeMap<>();

	/** The keys that the values are those of, if it is selective. */
	private final Set<String> known = new HashSet<>();

	/** The keys that are being read, none if it is not selective. */
	private @Nullable Set<String> asked;

	/** What the watch has told since the reading began: its last word on each key. */
	private final Map<String, Change<V>> meanwhile = new HashMap<>();

	FeedState(boolean selective, Decoder<V> decoder) {
		this.selective = selective;
		this.decoder = decoder;
	}

	/** Whether all of it is known. */
	boolean covers(Interest interest) {
		return !this.selective || this.known.containsAll(interest.keys());
	}

	SortedMap<String, V> of(Interest interest) {
		TreeMap<String, V> selected = new TreeMap<>();
		if (this.selective) {
			interest.keys().forEach((key) -> select(key, this.values.get(key), selected));
		}
		else {
			this.values.subMap(interest.range().start(), true, interest.range().end(), false)
				.forEach((key, value) -> select(key, value, selected));
		}
		return selected;
	}

	private static <V> void select(String key, @Nullable Value<V> value, TreeMap<String, V> selected) {
		if (value != null && value.content != null) {
			selected.put(key, value.content);
		}
	}

	boolean isReading() {
		return this.asked != null;
	}

	/**
	 * A reading begins: what the watch tells of these keys is remembered until its end.
	 */
	void begin(Set<String> keys) {
		this.asked = keys;
		this.meanwhile.clear();
	}

	void end() {
		this.asked = null;
		this.meanwhile.clear();
	}

	/**
	 * Takes a reading in the place of all that was known.
	 * @param read what was read
	 * @param keys what was asked for
	 * @param sameHistory whether what was known belongs to the same history
	 */
	void replace(Snapshot read, Set<String> keys, boolean sameHistory) {
		Map<String, Value<V>> before = new HashMap<>(sameHistory ? this.values : Map.of());
		this.values.clear();
		read.entries().forEach((key, entry) -> this.values.put(key, value(key, entry, before.get(key))));
		this.known.clear();
		this.known.addAll(keys);
		if (sameHistory) {
			catchUp(read.position().revision());
		}
	}

	/**
	 * Takes a reading in addition to what is known, where both are of one moment: what
	 * was written together is told together.
	 * @param read what was read
	 * @param keys what was asked for
	 * @param told the revision that the watch has come to
	 * @return {@code false} if they are not, and nothing was taken
	 */
	boolean add(Snapshot read, Set<String> keys, long told) {
		long revision = read.position().revision();
		if (revision > told && !keys.stream().allMatch((key) -> isAsTold(key, read.entries().get(key), told))) {
			return false;
		}
		for (String key : keys) {
			Snapshot.Entry entry = read.entries().get(key);
			// What the watch still has to tell of an absent key is older than that.
			this.values.put(key,
					(entry != null) ? value(key, entry, this.values.get(key)) : new Value<>(revision, null, null));
		}
		this.known.addAll(keys);
		catchUp(revision);
		return true;
	}

	/** Whether a key that was read has not changed since the watch has come so far. */
	private boolean isAsTold(String key, Snapshot.@Nullable Entry entry, long told) {
		if (!this.known.contains(key)) {
			return entry == null || entry.modified() <= told;
		}
		Value<V> value = this.values.get(key);
		if (entry == null) {
			return value == null || value.content == null;
		}
		return value != null && value.modified == entry.modified();
	}

	/**
	 * A reading is never older than the watch was when it began, so nothing is missing.
	 */
	private void catchUp(long read) {
		this.meanwhile.forEach((key, change) -> {
			if (change.revision > read) {
				put(key, change.value);
			}
		});
	}

	/**
	 * Takes what the watch has told.
	 * @param event of the range, newer than all before
	 * @return the key, if it is known and has changed
	 */
	@Nullable String apply(WatchEvent event) {
		KeyValue kv = event.getKeyValue();
		String key = kv.getKey().toString(UTF_8);
		long revision = kv.getModRevision();
		Value<V> old = this.values.get(key);
		boolean news = (!this.selective || this.known.contains(key)) && (old == null || old.modified < revision);
		boolean remembered = this.asked != null && (!this.selective || this.asked.contains(key));
		if (!news && !remembered) {
			return null;
		}
		Value<V> value = (event.getEventType() == WatchEvent.EventType.DELETE) ? null
				: decode(key, kv.getValue().getBytes(), revision);
		if (remembered) {
			this.meanwhile.put(key, new Change<>(revision, value));
		}
		if (news) {
			put(key, value);
		}
		return news ? key : null;
	}

	private void put(String key, @Nullable Value<V> value) {
		if (value != null) {
			this.values.put(key, value);
		}
		else {
			this.values.remove(key);
		}
	}

	/** Another history may have written something else at the same revision. */
	private Value<V> value(String key, Snapshot.Entry entry, @Nullable Value<V> old) {
		return (old != null && old.modified == entry.modified() && Arrays.equals(old.bytes, entry.value())) ? old
				: decode(key, entry.value(), entry.modified());
	}

	private Value<V> decode(String key, byte[] value, long modified) {
		return new Value<>(modified, value, this.decoder.decode(key, value, modified));
	}

	/**
	 * A value as it was written last; without bytes if it was absent at that revision,
	 * without content also if it is none of ours.
	 */
	private record Value<V>(long modified, byte @Nullable [] bytes, @Nullable V content) {
	}

	/** What became of a key at a revision; without value if it was deleted. */
	private record Change<V>(long revision, @Nullable Value<V> value) {
	}

}
