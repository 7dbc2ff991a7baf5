package io.governance.call;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps retries to a share of the traffic, so that they do not bury a service that is
 * failing already. Thread-safe; takes no lock and allocates nothing.
 * <p>
 * A bucket of tokens: each call puts its share in, time puts a small minimum in, and each
 * retry takes one out. It is full at first and holds {@value #BURST_SECONDS} seconds of
 * the minimum, at least one retry unless nothing is allowed at all; so over any time
 * there are no more retries than the share of the calls, the minimum and one full bucket.
 */
public final class RetryBudget {

	private static final int BURST_SECONDS = 10;

	/** Tokens are counted in millionths. */
	private static final long TOKEN = 1_000_000;

	private static final long NANOS_PER_MICRO = 1_000;

	private final long share;

	private final long minimumPerSecond;

	private final long capacity;

	private final LongSupplier ticker;

	private final AtomicLong tokens;

	private final AtomicLong refilled;

	/**
	 * Creates a full budget.
	 * @param share the share of the calls, 0 to 1
	 * @param minimumPerSecond retries per second that are always allowed, 0 or more
	 * @param ticker a clock in nanoseconds, for durations only
	 * @throws IllegalArgumentException if a number is out of its range
	 */
	public RetryBudget(double share, int minimumPerSecond, LongSupplier ticker) {
		if (!(share >= 0 && share <= 1)) {
			throw new IllegalArgumentException("The share of retries must be 0 to 1, not " + share);
		}
		if (minimumPerSecond < 0) {
			throw new IllegalArgumentException("The minimum of retries per second must not be negative");
		}
		this.share = Math.round(share * TOKEN);
		this.minimumPerSecond = minimumPerSecond;
		this.capacity = Math.max((long) minimumPerSecond * BURST_SECONDS, (this.share > 0) ? 1 : 0) * TOKEN;
		this.ticker = ticker;
		this.tokens = new AtomicLong(this.capacity);
		this.refilled = new AtomicLong(ticker.getAsLong());
	}

	/**
	 * Counts a call, not its retries.
	 */
	public void call() {
		add(this.share);
	}

	/**
	 * Asks for a retry.
	 * @return {@code true} if it is within the budget, from which it was taken
	 */
	public boolean tryRetry() {
		refill();
		while (true) {
			long tokens = this.tokens.get();
			if (tokens < TOKEN) {
				return false;
			}
			if (this.tokens.compareAndSet(tokens, tokens - TOKEN)) {
				return true;
			}
		}
	}

	private void refill() {
		if (this.minimumPerSecond == 0) {
			return;
		}
		long now = this.ticker.getAsLong();
		long before = this.refilled.get();
		// A token per second is a millionth per microsecond; the rest is kept for later.
		long micros = Math.min((now - before) / NANOS_PER_MICRO, BURST_SECONDS * TOKEN);
		if (micros > 0) {
			long after = (micros < BURST_SECONDS * TOKEN) ? before + micros * NANOS_PER_MICRO : now;
			if (this.refilled.compareAndSet(before, after)) {
				add(micros * this.minimumPerSecond);
			}
		}
	}

	private void add(long amount) {
		while (true) {
			long tokens = this.tokens.get();
			long after = Math.min(this.capacity, tokens + amount);
			if (after == tokens || this.tokens.compareAndSet(tokens, after)) {
				return;
			}
		}
	}

}
