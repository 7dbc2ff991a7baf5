package io.governance.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import io.governance.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who want to be told, in order. Adding one never waits for a call that is under
 * way; taking one away waits for the call of that one only, and not for ever.
 * Thread-safe.
 *
 * @param <T> what is told
 */
final class Registrations<T> {

	private static final Logger logger = LoggerFactory.getLogger(ConfigManager.class);

	/** How long calls that are under way are waited for. */
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final Function<T, String> name;

	private volatile List<Registration<T>> members = List.of();

	/**
	 * Creates it without members.
	 * @param name how a member is called in logs
	 */
	Registrations(Function<T, String> name) {
		this.name = name;
	}

	/**
	 * Adds a member behind all others of the same order.
	 */
	synchronized Subscription add(T member, int order) {
		Registration<T> added = new Registration<>(this, member, order);
		List<Registration<T>> grown = new ArrayList<>(this.members);
		grown.add(added);
		grown.sort(Comparator.comparingInt((registration) -> registration.order));
		this.members = List.copyOf(grown);
		return added;
	}

	/**
	 * The members as they are now.
	 */
	List<Registration<T>> members() {
		return this.members;
	}

	/**
	 * Takes members away together, of whatever registrations. None is called any more
	 * while another one is waited for, so that the time to wait does not add up.
	 */
	static void close(Collection<? extends Subscription> members) {
		List<Registration<?>> ours = new ArrayList<>();
		for (Subscription member : members) {
			if (member instanceof Registration<?> registration) {
				registration.end();
				ours.add(registration);
			}
			else {
				member.close();
			}
		}
		long end = System.nanoTime() + PATIENCE.toNanos();
		ours.forEach((registration) -> registration.awaitCall(end));
	}

	private synchronized void remove(Registration<T> registration) {
		this.members = this.members.stream().filter((member) -> member != registration).toList();
	}

	static final class Registration<T> implements Subscription {

		private final Registrations<T> owner;

		private final T member;

		private final int order;

		private final ReentrantLock calling = new ReentrantLock();

		private volatile boolean closed;

		private Registration(Registrations<T> owner, T member, int order) {
			this.owner = owner;
			this.member = member;
			this.order = order;
		}

		T member() {
			return this.member;
		}

		/**
		 * Calls the member unless it was taken away.
		 */
		<X extends Exception> void call(Call<T, X> call) throws X {
			this.calling.lock();
			try {
				if (!this.closed) {
					call.on(this.member);
				}
			}
			finally {
				this.calling.unlock();
			}
		}

		@Override
		public void close() {
			Registrations.close(List.of(this));
		}

		private void end() {
			this.closed = true;
			this.owner.remove(this);
		}

		/** Waits for a call that is under way, unless this is called from within it. */
		private void awaitCall(long end) {
			try {
				if (this.calling.tryLock() || this.calling.tryLock(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
					this.calling.unlock();
					return;
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			logger.warn("No longer waiting for {}, which does not return: a thread dump shows what it waits for", this);
		}

		@Override
		public String toString() {
			return this.owner.name.apply(this.member);
		}

	}

	/**
	 * How a member is called.
	 *
	 * @param <T> the member
	 * @param <X> what it throws
	 */
	@FunctionalInterface
	interface Call<T, X extends Exception> {

		void on(T member) throws X;

	}

}
