package io.governance.consul;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.backend.support.Watches;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches many things with few connections: something tells that there may be changes,
 * and what may have changed is read, several at a time: first what is said to have
 * changed, then what only might have. Each thing is read by one thread at a time, so that
 * no older state follows a newer one. Thread-safe.
 *
 * @param <K> what is watched
 * @param <T> the type of its state
 */
final class ChangeDetector<K, T> implements AutoCloseable {

	/** How many are read at a time. */
	static final int PARALLEL = 12;

	private static final Logger logger = LoggerFactory.getLogger(ChangeDetector.class);

	private static final long MIN_RETRY_MILLIS = 500;

	private static final long MAX_RETRY_MILLIS = 5_000;

	private final ChangeReader<K, T> reader;

	private final Executor readers;

	private final Supplier<ScheduledThreadPoolExecutor> threads;

	private final Map<K, Entry<T>> entries = new LinkedHashMap<>();

	/** What has changed, or was never read. */
	private final Set<K> dirty = new LinkedHashSet<>();

	/** What might have changed. */
	private final Set<K> suspects = new LinkedHashSet<>();

	/** What could not be read, and is tried again after a pause. */
	private final Set<K> failed = new LinkedHashSet<>();

	private final HintSources hints = new HintSources();

	private @Nullable ScheduledThreadPoolExecutor thread;

	private @Nullable ScheduledFuture<?> next;

	private boolean looking;

	/** How often everything was lost: what was asked for before does not count. */
	private int generation;

	private int reading;

	private int failuresInARow;

	private long retryMillis = MIN_RETRY_MILLIS;

	private boolean closed;

	/**
	 * Creates a detector.
	 * @param reader reads what may have changed
	 * @param readers runs what reads
	 * @param threads makes the thread that finds out what to read
	 */
	ChangeDetector(ChangeReader<K, T> reader, Executor readers, Supplier<ScheduledThreadPoolExecutor> threads) {
		this.reader = reader;
		this.readers = readers;
		this.threads = threads;
	}

	/**
	 * Begins to watch one more thing.
	 * @param key what to watch
	 * @param sink who is told
	 * @param start starts those who give hints, for the first thing only, and returns
	 * what ends each of them
	 * @return ends the watch
	 */
	Subscription add(K key, Watches.Sink<T> sink, Supplier<Map<?, Subscription>> start) {
		Entry<T> entry = new Entry<>(sink);
		Optional<String> loss = Optional.empty();
		synchronized (this) {
			if (!this.closed) {
				if (this.entries.isEmpty()) {
					this.hints.add(start.get());
				}
				this.entries.put(key, entry);
				this.dirty.add(key);
				loss = this.hints.loss();
				startReading();
			}
		}
		loss.ifPresent((reason) -> lost(entry, reason));
		return () -> remove(key, entry);
	}

	/** Ends one watch, which may have been followed by another one of the same. */
	private void remove(K key, Entry<T> entry) {
		List<Subscription> ended = List.of();
		synchronized (this) {
			if (!this.entries.remove(key, entry)) {
				return;
			}
			this.dirty.remove(key);
			this.suspects.remove(key);
			this.failed.remove(key);
			if (this.entries.isEmpty()) {
				ended = this.hints.clear();
			}
		}
		ended.forEach(Subscription::close);
	}

	/** How much is watched. */
	synchronized int size() {
		return this.entries.size();
	}

	/** Anything may have changed. */
	synchronized void hint() {
		this.looking = true;
		schedule(1);
	}

	/** These have changed. */
	synchronized void hint(Set<K> keys) {
		keys.stream().filter(this.entries::containsKey).forEach(this.dirty::add);
		this.failuresInARow = 0;
		startReading();
	}

	/** Everything has to be read again, after what is known to have changed. */
	synchronized void hintAll() {
		this.suspects.addAll(this.entries.keySet());
		this.failuresInARow = 0;
		startReading();
	}

	/**
	 * Nothing can be known, and nothing is read, until all who give hints are back.
	 * @param source who can give no hints
	 * @param reason why
	 */
	void lost(Object source, String reason) {
		List<Entry<T>> all;
		synchronized (this) {
			if (!this.hints.lost(source, reason)) {
				return;
			}
			this.generation++;
			all = List.copyOf(this.entries.values());
			this.dirty.addAll(this.entries.keySet());
		}
		all.forEach((entry) -> lost(entry, reason));
	}

	private void lost(Entry<T> entry, String reason) {
		synchronized (entry) {
			// Unless all are back already, and it was told a state since.
			if (isLost()) {
				entry.sink.lost(reason);
			}
		}
	}

	private synchronized boolean isLost() {
		return this.hints.areLost();
	}

	/** Somebody can give hints again. */
	synchronized void found(Object source) {
		if (this.hints.found(source)) {
			this.failuresInARow = 0;
			startReading();
			schedule(1);
		}
	}

	/** Looks and reads after some time, or before if that was agreed. */
	private void schedule(long millis) {
		boolean nothing = this.dirty.isEmpty() && this.failed.isEmpty() && !this.looking;
		if (this.closed || nothing) {
			return;
		}
		if (this.next != null) {
			if (this.next.getDelay(TimeUnit.MILLISECONDS) <= millis) {
				return;
			}
			this.next.cancel(false);
		}
		if (this.thread == null) {
			this.thread = this.threads.get();
		}
		try {
			this.next = this.thread.schedule(this::run, millis, TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			this.closed = true;
		}
	}

	private void run() {
		boolean look;
		synchronized (this) {
			this.next = null;
			look = this.looking && !this.hints.areLost();
			this.looking &= !look;
			this.failuresInARow = 0;
			this.dirty.addAll(this.failed);
			this.failed.clear();
		}
		startReading();
		if (look) {
			look();
			startReading();
		}
	}

	private void look() {
		Map<K, T> known = new HashMap<>();
		int watched;
		synchronized (this) {
			watched = this.entries.size();
			this.entries.forEach((key, entry) -> {
				if (entry.state != null && !entry.reading && !this.dirty.contains(key)) {
					known.put(key, entry.state);
				}
			});
		}
		try {
			Set<K> changed = this.reader.changed(known, watched);
			synchronized (this) {
				// What was read meanwhile may be what was before.
				this.entries.keySet()
					.stream()
					.filter((key) -> changed.contains(key) || !(known.containsKey(key) || this.dirty.contains(key)))
					.forEach(this.suspects::add);
				this.retryMillis = this.failed.isEmpty() ? MIN_RETRY_MILLIS : this.retryMillis;
			}
		}
		catch (RuntimeException ex) {
			warnIfStrange(ex);
			synchronized (this) {
				this.looking = true;
				retry();
			}
		}
	}

	private void retry() {
		schedule(this.retryMillis);
		this.retryMillis = Math.min(MAX_RETRY_MILLIS, this.retryMillis * 2);
	}

	private static void warnIfStrange(RuntimeException ex) {
		if (!(ex instanceof BackendUnavailableException)) {
			logger.warn("What may have changed could not be read", ex);
		}
	}

	private synchronized void startReading() {
		if (!isWorthReading()) {
			return;
		}
		int wanted = Math.min(PARALLEL, this.reading + this.dirty.size() + this.suspects.size());
		try {
			while (this.reading < wanted) {
				this.reading++;
				this.readers.execute(this::readAll);
			}
		}
		catch (RejectedExecutionException ex) {
			this.closed = true;
		}
		catch (Error ex) {
			this.reading--;
			throw ex;
		}
	}

	/** Not while nothing can be known, nor before the pause after failures is over. */
	private boolean isWorthReading() {
		return !this.closed && !this.hints.areLost() && this.failuresInARow < PARALLEL;
	}

	private void readAll() {
		for (Job<K, T> job = nextJob(); job != null; job = nextJob()) {
			read(job);
		}
	}

	/** The next to read; whoever gets none reads no more. */
	private synchronized @Nullable Job<K, T> nextJob() {
		boolean go = isWorthReading();
		Job<K, T> job = go ? take(this.dirty) : null;
		if (job == null && go) {
			job = take(this.suspects);
		}
		if (job == null) {
			ended();
		}
		return job;
	}

	private @Nullable Job<K, T> take(Set<K> keys) {
		for (Iterator<K> left = keys.iterator(); left.hasNext();) {
			K key = left.next();
			Entry<T> entry = this.entries.get(key);
			if (entry == null || !entry.reading) {
				left.remove();
			}
			if (entry != null && !entry.reading) {
				entry.reading = true;
				this.suspects.remove(key);
				return new Job<>(key, entry, entry.state, this.generation);
			}
		}
		return null;
	}

	private void ended() {
		this.reading--;
		boolean failures = !this.failed.isEmpty() || this.failuresInARow > 0;
		if (this.reading == 0 && failures) {
			retry();
		}
		else if (this.reading == 0) {
			this.retryMillis = MIN_RETRY_MILLIS;
		}
	}

	private void read(Job<K, T> job) {
		try {
			T state = this.reader.read(job.key, job.known);
			synchronized (job.entry) {
				if (isCurrent(job, state)) {
					job.entry.sink.offer(state);
				}
			}
		}
		catch (RuntimeException ex) {
			warnIfStrange(ex);
			synchronized (this) {
				this.failuresInARow++;
				if (this.entries.get(job.key) == job.entry) {
					this.failed.add(job.key);
				}
			}
			String reason = ex.getMessage();
			job.entry.sink.lost((reason != null) ? reason : ex.getClass().getSimpleName());
		}
		finally {
			synchronized (this) {
				job.entry.reading = false;
			}
		}
	}

	/** Keeps what was read, unless everything was lost meanwhile. */
	private synchronized boolean isCurrent(Job<K, T> job, T state) {
		this.failuresInARow = 0;
		boolean current = job.generation == this.generation;
		if (current) {
			job.entry.state = state;
		}
		return current;
	}

	@Override
	public void close() {
		List<Subscription> ended;
		ScheduledThreadPoolExecutor thread;
		synchronized (this) {
			this.closed = true;
			ended = this.hints.clear();
			thread = this.thread;
		}
		ended.forEach(Subscription::close);
		if (thread != null) {
			thread.shutdownNow();
		}
	}

	private record Job<K, T>(K key, Entry<T> entry, @Nullable T known, int generation) {
	}

	/**
	 * Guarded by the detector. Whoever tells the sink holds the entry before, so that no
	 * state follows a loss that is later.
	 */
	private static final class Entry<T> {

		private final Watches.Sink<T> sink;

		private @Nullable T state;

		private boolean reading;

		Entry(Watches.Sink<T> sink) {
			this.sink = sink;
		}

	}

}
