package io.governance.consul;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
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
 * and one thread reads what may have changed. Thread-safe.
 *
 * @param <K> what is watched
 * @param <T> the type of its state
 */
final class ChangeDetector<K, T> implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ChangeDetector.class);

	private static final long RETRY_MILLIS = 500;

	private final Reader<K, T> reader;

	private final long pauseMillis;

	private final Supplier<ScheduledThreadPoolExecutor> threads;

	private final Map<K, Entry<T>> entries = new LinkedHashMap<>();

	private final Set<K> dirty = new LinkedHashSet<>();

	private final List<Subscription> hints = new ArrayList<>();

	private @Nullable ScheduledThreadPoolExecutor thread;

	private @Nullable Future<?> next;

	private boolean looking;

	private boolean closed;

	/**
	 * Creates a detector.
	 * @param reader reads what may have changed
	 * @param pauseMillis how long to gather hints before reading
	 * @param threads makes the thread that reads
	 */
	ChangeDetector(Reader<K, T> reader, long pauseMillis, Supplier<ScheduledThreadPoolExecutor> threads) {
		this.reader = reader;
		this.pauseMillis = pauseMillis;
		this.threads = threads;
	}

	/**
	 * Begins to watch one more thing.
	 * @param key what to watch
	 * @param sink who is told
	 * @param start starts what gives hints, for the first thing only
	 * @return ends the watch
	 */
	Subscription add(K key, Watches.Sink<T> sink, Supplier<List<Subscription>> start) {
		Entry<T> entry = new Entry<>(sink);
		synchronized (this) {
			if (!this.closed) {
				if (this.entries.isEmpty()) {
					this.hints.addAll(start.get());
				}
				this.entries.put(key, entry);
				this.dirty.add(key);
				schedule(1);
			}
		}
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
			if (this.entries.isEmpty()) {
				ended = List.copyOf(this.hints);
				this.hints.clear();
			}
		}
		ended.forEach(Subscription::close);
	}

	/** Anything may have changed. */
	synchronized void hint() {
		this.looking = true;
		schedule(this.pauseMillis);
	}

	/** These may have changed. */
	synchronized void hint(Set<K> keys) {
		keys.stream().filter(this.entries::containsKey).forEach(this.dirty::add);
		schedule(1);
	}

	/** Nothing can be known. */
	void lost(String reason) {
		List<Entry<T>> all;
		synchronized (this) {
			all = List.copyOf(this.entries.values());
			this.dirty.addAll(this.entries.keySet());
		}
		all.forEach((entry) -> entry.sink.lost(reason));
	}

	/** What is known of everything that is watched. */
	synchronized Map<K, T> known() {
		Map<K, T> known = new HashMap<>();
		this.entries.forEach((key, entry) -> {
			if (entry.state != null && !this.dirty.contains(key)) {
				known.put(key, entry.state);
			}
		});
		return known;
	}

	private void schedule(long millis) {
		if (this.closed || (this.dirty.isEmpty() && !this.looking) || (this.next != null && millis > 1)) {
			return;
		}
		if (this.next != null) {
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
			look = this.looking;
			this.looking = false;
		}
		try {
			if (look) {
				Set<K> changed = this.reader.changed(known());
				synchronized (this) {
					changed.stream().filter(this.entries::containsKey).forEach(this.dirty::add);
				}
			}
			for (K key = nextDirty(); key != null; key = nextDirty()) {
				read(key);
			}
		}
		catch (RuntimeException ex) {
			if (!(ex instanceof BackendUnavailableException)) {
				logger.warn("What may have changed could not be read", ex);
			}
			synchronized (this) {
				this.looking |= look;
				schedule(RETRY_MILLIS);
			}
		}
	}

	private synchronized @Nullable K nextDirty() {
		return this.dirty.isEmpty() ? null : this.dirty.iterator().next();
	}

	private void read(K key) {
		Entry<T> entry;
		T known;
		synchronized (this) {
			entry = this.entries.get(key);
			this.dirty.remove(key);
			if (entry == null) {
				return;
			}
			known = entry.state;
		}
		try {
			T state = this.reader.read(key, known);
			synchronized (this) {
				entry.state = state;
			}
			entry.sink.offer(state);
		}
		catch (RuntimeException ex) {
			synchronized (this) {
				if (this.entries.get(key) == entry) {
					this.dirty.add(key);
				}
			}
			String reason = ex.getMessage();
			entry.sink.lost((reason != null) ? reason : ex.getClass().getSimpleName());
			throw ex;
		}
	}

	@Override
	public void close() {
		List<Subscription> ended;
		ScheduledThreadPoolExecutor thread;
		synchronized (this) {
			this.closed = true;
			ended = List.copyOf(this.hints);
			this.hints.clear();
			thread = this.thread;
		}
		ended.forEach(Subscription::close);
		if (thread != null) {
			thread.shutdownNow();
		}
	}

	/**
	 * Reads what may have changed.
	 *
	 * @param <K> what is watched
	 * @param <T> the type of its state
	 */
	interface Reader<K, T> {

		/**
		 * Finds out what has changed.
		 * @param known what is known
		 * @return what must be read again
		 */
		Set<K> changed(Map<K, T> known);

		/**
		 * Reads one.
		 * @param key what to read
		 * @param known what is known of it, if anything
		 * @return its state
		 */
		T read(K key, @Nullable T known);

	}

	private static final class Entry<T> {

		private final Watches.Sink<T> sink;

		private @Nullable T state;

		Entry(Watches.Sink<T> sink) {
			this.sink = sink;
		}

	}

}
