package io.governance.etcd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.governance.Backoff;
import org.jspecify.annotations.Nullable;

/**
 * What lies in a range of keys, as it is and as it becomes: read at a revision, watched
 * from the next one. Whatever may have torn the watch (an error, its end, a compaction, a
 * server that hangs, another history) ends it for good; everything is then read again and
 * watched from there, so that nothing is missed and nothing told twice. The same reading
 * is done from time to time without any reason. Who comes later to a selective feed has
 * only the own keys read. Used by the thread of the {@link WatchLoop} only.
 *
 * @param <V> the type of the values
 */
final class RangeFeed<V> {

	private static final int MAX_PINGS = 2;

	private final WatchLoop loop;

	private final KeyRange range;

	/** Whether only the keys that somebody wants are read, not the whole range. */
	private final boolean selective;

	private final FeedState<V> state;

	private final Backoff backoff;

	private final Set<Subscriber<V>> subscribers = new LinkedHashSet<>();

	private Timeline.@Nullable Position position;

	private @Nullable String problem;

	private Watch.@Nullable Watcher watcher;

	/** Counts the watchers, so that what a closed one still says is not heard. */
	private int generation;

	/** How often the watch was asked for a sign of life since the last one came. */
	private int pings;

	private @Nullable Future<?> timer;

	/** Whether everything is to be read, not only what is new. */
	private boolean stale;

	private boolean ended;

	RangeFeed(WatchLoop loop, KeyRange range, boolean selective, Decoder<V> decoder) {
		this.loop = loop;
		this.range = range;
		this.selective = selective;
		this.state = new FeedState<>(selective, decoder);
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
			read();
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
		return this.position != null && this.state.covers(subscriber.interest());
	}

	private void tell(Subscriber<V> subscriber) {
		subscriber.onState(this.state.of(subscriber.interest()));
	}

	/** Reads everything now, or as soon as the reading that is under way has ended. */
	private void refresh() {
		this.stale = true;
		read();
	}

	/**
	 * Reads everything if it must be, else the keys of who waits to be told; after the
	 * reading that is under way.
	 */
	private void read() {
		if (this.state.isReading()) {
			return;
		}
		boolean whole = this.stale || !this.selective || this.position == null || this.watcher == null;
		if (whole) {
			this.stale = false;
			cancelTimer();
		}
		Set<String> keys = new TreeSet<>();
		(whole ? this.subscribers.stream() : waiting()).forEach((one) -> keys.addAll(one.interest().keys()));
		this.state.begin(keys);
		int generation = this.generation;
		CompletableFuture<Snapshot> snapshot = this.loop
			.ask(() -> this.selective ? this.loop.reader().read(keys) : this.loop.reader().read(this.range));
		snapshot.whenComplete((read, thrown) -> this.loop.execute(() -> {
			if (this.ended) {
				return;
			}
			try {
				if (thrown != null) {
					this.state.end();
					failed(EtcdFailure.of(thrown));
				}
				else if (whole) {
					take(read, keys);
				}
				else {
					takeMore(read, keys, generation);
				}
			}
			catch (RuntimeException | Error ex) {
				// Another reading is to begin, whatever has become of this one.
				this.state.end();
				failed(EtcdFailure.of(ex));
				throw ex;
			}
		}));
	}

	private Stream<Subscriber<V>> waiting() {
		return this.subscribers.stream().filter((subscriber) -> !tells(subscriber));
	}

	private void take(Snapshot read, Set<String> keys) {
		Timeline.Position now = read.position();
		Timeline.Position before = this.position;
		boolean sameHistory = before != null && before.epoch() == now.epoch();
		this.state.replace(read, keys, sameHistory);
		this.state.end();
		if (!sameHistory) {
			unwatch();
		}
		Timeline.Position told = now;
		if (before != null && sameHistory && before.revision() > now.revision()) {
			// The watch was faster.
			told = before;
		}
		this.position = told;
		this.problem = null;
		cancelTimer();
		this.subscribers.stream().filter(this::tells).toList().forEach(this::tell);
		if (this.watcher == null) {
			watch(told);
		}
		if (this.watcher != null) {
			this.timer = this.loop.schedule(this::refresh, this.loop.resyncNanos());
			readNext();
		}
	}

	private void takeMore(Snapshot read, Set<String> keys, int generation) {
		List<Subscriber<V>> waiting = waiting().toList();
		Timeline.Position here = this.position;
		boolean taken = generation == this.generation && here != null && here.epoch() == read.position().epoch()
				&& this.state.add(read, keys, here.revision());
		this.state.end();
		if (taken) {
			waiting.stream().filter(this::tells).forEach(this::tell);
			readNext();
		}
		else {
			refresh();
		}
	}

	private void readNext() {
		if (this.stale || waiting().findAny().isPresent()) {
			read();
		}
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

	/** A watch that is created and ends at once each time is no success. */
	private void lasted(int generation) {
		if (generation == this.generation && !this.ended) {
			this.backoff.reset();
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
			this.loop.schedule(() -> lasted(generation), this.loop.retryCapNanos());
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
			long modified = event.getKeyValue().getModRevision();
			if (modified > before.revision()) {
				revision = Math.max(revision, modified);
				String key = this.state.apply(event);
				if (key != null) {
					changed.add(key);
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

}
