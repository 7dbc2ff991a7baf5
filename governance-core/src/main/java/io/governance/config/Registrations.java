package io.governance.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import io.governance.Subscription;

/**
 * Those who want to be told, in order. Adding one never waits for a call that is under
 * way; taking one away waits for the call of that one only. Thread-safe.
 *
 * @param <T> what is told
 */
final class Registrations<T> {

	private volatile List<Registration<T>> members = List.of();

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
			this.closed = true;
			this.owner.remove(this);
			// Waits for a call that is under way, unless this is called from within it.
			this.calling.lock();
			this.calling.unlock();
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
