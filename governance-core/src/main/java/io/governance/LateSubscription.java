package io.governance;

import org.jspecify.annotations.Nullable;

/**
 * A subscription that may be closed before it is there, such as by what it delivers while
 * it is being made: then it is closed as soon as it comes. Thread-safe.
 */
public final class LateSubscription implements Subscription {

	private @Nullable Subscription subscription;

	private boolean closed;

	/** Creates one that is not there yet. */
	public LateSubscription() {
	}

	/**
	 * Takes the subscription. To be called once.
	 * @param subscription the subscription, closed at once if this is closed
	 */
	public void set(Subscription subscription) {
		synchronized (this) {
			if (!this.closed) {
				this.subscription = subscription;
				return;
			}
		}
		subscription.close();
	}

	@Override
	public void close() {
		Subscription last;
		synchronized (this) {
			this.closed = true;
			last = this.subscription;
			this.subscription = null;
		}
		if (last != null) {
			last.close();
		}
	}

}
