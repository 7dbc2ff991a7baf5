package io.governance.backend.support;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

import io.governance.ConnectionState;
import io.governance.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * What is watched, each thing once however many listeners it has: the first one starts
 * the watch of the server, the last one ends it, and one who comes in between is told the
 * current state at once. Thread-safe.
 *
 * @param <K> what is watched
 * @param <T> the type of its state
 */
public final class Watches<K, T> implements AutoCloseable {

	private final Executor listeners;

	private final ConnectionLog log;

	private final BiPredicate<T, T> same;

	private final Source<K, T> source;

	private final Map<K, Watched> watched = new HashMap<>();

	private boolean closed;

	/**
	 * Creates the watches of a source.
	 * @param listeners runs the listeners
	 * @param log told of lost connections
	 * @param same whether two states are the same to a listener
	 * @param source watches the server
	 */
	public Watches(Executor listeners, ConnectionLog log, BiPredicate<T, T> same, Source<K, T> source) {
		this.listeners = listeners;
		this.log = log;
		this.same = same;
		this.source = source;
	}

	/**
	 * Begins a watch. Returns at once.
	 * @param key what to watch
	 * @param what the same in words, for the log
	 * @param onState told the state, one at a time, only when it is another one
	 * @param onConnection told when the connection is lost or back
	 * @return ends the watch
	 * @throws IllegalStateException if this is closed
	 */
	public Subscription watch(K key, String what, Consumer<T> onState, Consumer<ConnectionState> onConnection) {
		Delivery<T> delivery = new Delivery<>(what, this.listeners, this.log, this.same, onState, onConnection,
				(ended) -> remove(key, ended));
		synchronized (this) {
			if (this.closed) {
				throw new IllegalStateException("The watch of " + what + " comes too late: the backend is closed");
			}
			Watched known = this.watched.get(key);
			if (known != null) {
				known.add(delivery);
			}
			else {
				Watched begun = new Watched();
				begun.add(delivery);
				begun.upstream = this.source.watch(key, begun);
				this.watched.put(key, begun);
			}
		}
		return delivery;
	}

	private void remove(K key, Delivery<T> delivery) {
		Subscription upstream = null;
		synchronized (this) {
			Watched from = this.watched.get(key);
			if (from != null && from.remove(delivery)) {
				this.watched.remove(key);
				upstream = from.upstream;
			}
		}
		if (upstream != null) {
			upstream.close();
		}
	}

	/**
	 * Ends all watches without waiting for listeners.
	 */
	@Override
	public void close() {
		List<Watched> all;
		synchronized (this) {
			this.closed = true;
			all = List.copyOf(this.watched.values());
			this.watched.clear();
		}
		all.forEach(Watched::end);
	}

	/**
	 * Watches one thing on the server.
	 *
	 * @param <K> what is watched
	 * @param <T> the type of its state
	 */
	@FunctionalInterface
	public interface Source<K, T> {

		/**
		 * Begins to watch. Returns at once and never throws for a server that is down.
		 * @param key what to watch
		 * @param sink told the current state and every later one, in order, and what
		 * keeps it from being known
		 * @return ends the watch without blocking for long
		 */
		Subscription watch(K key, Sink<T> sink);

	}

	/**
	 * Told what a source learns. Thread-safe, never blocks.
	 *
	 * @param <T> the type of the state
	 */
	public interface Sink<T> {

		/**
		 * The state is this one, and the server can be reached.
		 * @param state the state
		 */
		void offer(T state);

		/**
		 * The state cannot be known. The listeners are told when this is so for the first
		 * time.
		 * @param reason why, without any value or secret
		 */
		void lost(String reason);

	}

	/** One thing that is watched. */
	private final class Watched implements Sink<T> {

		private final Set<Delivery<T>> deliveries = new LinkedHashSet<>();

		private @Nullable Subscription upstream;

		private @Nullable T latest;

		private @Nullable String problem;

		private boolean ended;

		synchronized void add(Delivery<T> delivery) {
			this.deliveries.add(delivery);
			if (this.problem != null) {
				delivery.lost(this.problem);
			}
			else if (this.latest != null) {
				delivery.offer(this.latest);
			}
		}

		/** Returns whether that was the last one. */
		synchronized boolean remove(Delivery<T> delivery) {
			this.ended = this.deliveries.remove(delivery) && this.deliveries.isEmpty();
			return this.ended;
		}

		@Override
		public synchronized void offer(T state) {
			if (!this.ended) {
				this.latest = state;
				this.problem = null;
				this.deliveries.forEach((delivery) -> delivery.offer(state));
			}
		}

		@Override
		public synchronized void lost(String reason) {
			if (!this.ended) {
				this.problem = reason;
				this.deliveries.forEach((delivery) -> delivery.lost(reason));
			}
		}

		void end() {
			Subscription upstream;
			synchronized (this) {
				this.ended = true;
				this.deliveries.forEach(Delivery::end);
				upstream = this.upstream;
			}
			if (upstream != null) {
				upstream.close();
			}
		}

	}

}
