package io.governance.etcd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.governance.Backoff;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What lies in a range of keys, as it is and as it becomes: read at a revision, watched
 * from the next one. Whatever may have torn the watch (an error, its end, a compaction, a
 * server that hangs, another history) ends it for good; everything is then read again and
 * watched from there, so that nothing is missed and nothing told twice. The same reading
 * is done from time to time without any reason. Used by the thread of the
 * {@link WatchLoop} only.
 *
 * @param <V> the type of the values
 */
final class RangeFeed<V> {

	private static final int MAX_PINGS = 2;

	private final WatchLoop loop;

	private final KeyRange range;

	/** Whether only the keys that somebody wants are read, not the whole range. */
	private final boolean selective;

	private final Decoder<V> decoder;

	private final Backoff backoff;

	private final Set<Subscriber<V>> subscribers = new LinkedHashSet<>();

	private final NavigableMap<String, Value<V>> state = new TreeMap<>();

	/** The keys that the state tells of, if it is selective. */
	private Set<String> known = Set.of();

	private Timeline.@Nullable Position position;

	private @Nullable String problem;

	private Watch.@Nullable Watcher watcher;

	/** Counts the watchers, so that what a closed one still says is not heard. */
	private int generation;

	/** How often the watch was asked for a sign of life since the last one came. */
	private int pings;

	private @Nullable Future<?> timer;

	private boolean reading;

	/** The keys that are being read, if the feed is selective. */
	private Set<String> asked = Set.of();

	/** What the watch has told since the reading began: its last word on each key. */
	private final Map<String, Change<V>> meanwhile = new HashMap<>();

	private boolean again;

	private boolean ended;

	RangeFeed(WatchLoop loop, KeyRange range, boolean selective, Decoder<V> decoder) {
		this.loop = loop;
		this.range = range;
		this.selective = selective;
		this.decoder = decoder;
		this.backoff = loop.backoff();
	}

	KeyRange range() {
		return this.range;
	}

	boolean isWatching() {
		return this.watcher != null;
	}

	void add(Subscriber<V> subscriber) {
		this.subscribers.add(subscriber);
		if (this.problem != null) {
			subscriber.onLost(this.problem);
		}
		else if (tells(subscriber)) {
			tell(subscriber);
		}
		else {
			refresh();
		}
	}

	/** Returns whether that was the last one. */
	boolean remove(Subscriber<V> subscriber) {
		this.subscribers.remove(subscriber);
		return this.subscribers.isEmpty();
	}

	void end() {
		this.ended = true;
		unwatch();
		cancelTimer();
		this.subscribers.clear();
		this.loop.remove(this);
	}

	/** The cluster answers, and is at that position. */
	void heard(Timeline.Position now) {
		if (this.position != null && now.epoch() != this.position.epoch()) {
			refresh();
		}
	}

	/** The cluster does not answer. */
	void interrupted(EtcdFailure failure) {
		if (this.watcher != null) {
			failed(failure);
		}
	}

	/** Asks the member that serves the watch for a sign of life. */
	void ping() {
		if (this.watcher == null) {
			return;
		}
		if (++this.pings > MAX_PINGS) {
			torn(this.generation);
		}
		else {
			this.watcher.requestProgress();
		}
	}

	private boolean tells(Subscriber<V> subscriber) {
		return this.position != null && (!this.selective || this.known.containsAll(subscriber.interest().keys()));
	}

	private void tell(Subscriber<V> subscriber) {
		TreeMap<String, V> selected = new TreeMap<>();
		if (this.selective) {
			subscriber.interest().keys().forEach((key) -> select(key, this.state.get(key), selected));
		}
		else {
			KeyRange wanted = subscriber.interest().range();
			this.state.subMap(wanted.start(), true, wanted.end(), false)
				.forEach((key, value) -> select(key, value, selected));
		}
		subscriber.onState(selected);
	}

	private static <V> void select(String key, @Nullable Value<V> value, TreeMap<String, V> selected) {
		if (value != null && value.content != null) {
			selected.put(key, value.content);
		}
	}

	/** Reads everything now, or once more after the reading that is under way. */
	private void refresh() {
		if (this.reading) {
			this.again = true;
			return;
		}
		this.reading = true;
		this.again = false;
		cancelTimer();
		Set<String> keys = new TreeSet<>();
		this.subscribers.forEach((subscriber) -> keys.addAll(subscriber.interest().keys()));
		this.asked = keys;
		this.meanwhile.clear();
		CompletableFuture<Snapshot> snapshot = this.loop
			.ask(() -> this.selective ? this.loop.reader().read(keys) : this.loop.reader().read(this.range));
		snapshot.whenComplete((read, thrown) -> this.loop.execute(() -> {
			this.reading = false;
			if (!this.ended) {
				if (thrown != null) {
					failed(EtcdFailure.of(thrown));
				}
				else {
					take(read, keys);
				}
			}
			this.meanwhile.clear();
		}));
	}

	private void take(Snapshot read, Set<String> keys) {
		NavigableMap<String, Value<V>> before = new TreeMap<>(this.state);
		Timeline.Position now = read.position();
		boolean sameHistory = this.position != null && this.position.epoch() == now.epoch();
		this.state.clear();
		read.entries().forEach((key, entry) -> {
			Value<V> old = sameHistory ? before.get(key) : null;
			this.state.put(key, (old != null && old.modified == entry.modified()) ? old
					: decode(key, entry.value(), entry.modified()));
		});
		if (!sameHistory) {
			unwatch();
		}
		else if (this.position != null && this.position.revision() > now.revision()) {
			// The watch was faster: what it has told since makes the reading as new.
			catchUp(now.revision());
			now = this.position;
		}
		cancelTimer();
		this.position = now;
		this.known = keys;
		this.problem = null;
		this.subscribers.stream().filter(this::tells).toList().forEach(this::tell);
		if (this.watcher == null) {
			watch(now);
		}
		if (this.again) {
			refresh();
		}
		else if (this.watcher != null) {
			this.timer = this.loop.schedule(this::refresh, this.loop.resyncNanos());
		}
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

	private void put(String key, @Nullable Value<V> value) {
		if (value != null) {
			this.state.put(key, value);
		}
		else {
			this.state.remove(key);
		}
	}

	private Value<V> decode(String key, byte[] value, long modified) {
		return new Value<>(modified, this.decoder.decode(key, value, modified));
	}

	private void failed(EtcdFailure failure) {
		unwatch();
		this.problem = this.loop.explain(failure);
		String reason = this.problem;
		List.copyOf(this.subscribers).forEach((subscriber) -> subscriber.onLost(reason));
		retry();
	}

	private void retry() {
		cancelTimer();
		this.timer = this.loop.schedule(this::refresh, this.backoff.nextNanos());
	}

	private void cancelTimer() {
		if (this.timer != null) {
			this.timer.cancel(false);
			this.timer = null;
		}
	}

	private void watch(Timeline.Position from) {
		int generation = ++this.generation;
		this.pings = 0;
		WatchOption option = WatchOption.builder()
			.withRange(this.range.last())
			.withRevision(from.revision() + 1)
			.withRequireLeader(true)
			.withCreateNotify(true)
			.build();
		try {
			this.watcher = this.loop.client()
				.client()
				.getWatchClient()
				.watch(this.range.first(), option,
						Watch.listener((response) -> this.loop.execute(() -> received(generation, response)),
								(thrown) -> this.loop.execute(() -> torn(generation)),
								() -> this.loop.execute(() -> torn(generation))));
		}
		catch (RuntimeException ex) {
			failed(EtcdFailure.of(ex));
		}
	}

	private void unwatch() {
		this.generation++;
		Watch.Watcher watcher = this.watcher;
		this.watcher = null;
		if (watcher != null) {
			watcher.close();
		}
	}

	/**
	 * The watch has ended, for whatever reason. Whether the cluster can be asked is found
	 * out by reading: another member may well be there.
	 */
	private void torn(int generation) {
		if (generation == this.generation && !this.ended) {
			unwatch();
			retry();
		}
	}

	private void received(int generation, WatchResponse response) {
		if (generation != this.generation || this.ended || this.position == null) {
			return;
		}
		this.pings = 0;
		if (!this.loop.timeline().isOfCluster(response.getHeader())) {
			torn(generation);
			return;
		}
		if (response.isCreatedNotify()) {
			this.backoff.reset();
			if (response.getHeader().getRevision() < this.position.revision()) {
				// The member lags behind, or everything has gone back: reading tells.
				refresh();
			}
			return;
		}
		apply(this.position, response.getEvents());
	}

	/** A response holds whole revisions: what was written together is told together. */
	private void apply(Timeline.Position before, Collection<WatchEvent> events) {
		Set<String> changed = new HashSet<>();
		long revision = before.revision();
		for (WatchEvent event : events) {
			KeyValue kv = event.getKeyValue();
			if (kv.getModRevision() > before.revision()) {
				revision = Math.max(revision, kv.getModRevision());
				String key = kv.getKey().toString(UTF_8);
				boolean told = !this.selective || this.known.contains(key);
				boolean asked = this.reading && (!this.selective || this.asked.contains(key));
				if (!told && !asked) {
					continue;
				}
				Value<V> value = (event.getEventType() == WatchEvent.EventType.DELETE) ? null
						: decode(key, kv.getValue().getBytes(), kv.getModRevision());
				if (asked) {
					this.meanwhile.put(key, new Change<>(kv.getModRevision(), value));
				}
				if (told) {
					changed.add(key);
					put(key, value);
				}
			}
		}
		this.position = before.at(revision);
		this.loop.timeline().advance(this.position);
		if (!changed.isEmpty()) {
			new ArrayList<>(this.subscribers).stream()
				.filter((subscriber) -> tells(subscriber) && subscriber.interest().includesAny(changed))
				.forEach(this::tell);
		}
	}

	/** A value as it was written last; without content if it is none of ours. */
	private record Value<V>(long modified, @Nullable V content) {
	}

	/** What became of a key at a revision; without value if it was deleted. */
	private record Change<V>(long revision, @Nullable Value<V> value) {
	}

}
