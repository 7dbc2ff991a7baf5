package io.governance;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Delays between tries: exponential with full jitter up to a cap, and never so short that
 * it becomes a busy loop. Not thread-safe.
 */
public final class Backoff {

	private static final long FLOOR_NANOS = Duration.ofMillis(10).toNanos();

	private final long baseNanos;

	private final long capNanos;

	private final RandomGenerator random;

	private int failures;

	/**
	 * Creates a backoff.
	 * @param base the upper bound of the first delay; doubles with every further failure
	 * @param cap the largest delay
	 * @param random makes the jitter
	 */
	public Backoff(Duration base, Duration cap, RandomGenerator random) {
		this.baseNanos = base.toNanos();
		this.capNanos = cap.toNanos();
		this.random = random;
	}

	/**
	 * Counts a failure.
	 * @return how long to wait, in nanoseconds
	 */
	public long nextNanos() {
		int doublings = Math.min(this.failures++, 30);
		long bound = (this.baseNanos > (this.capNanos >> doublings)) ? this.capNanos : this.baseNanos << doublings;
		return Math.max(Math.min(FLOOR_NANOS, this.capNanos), (long) (this.random.nextDouble() * bound));
	}

	/**
	 * Forgets the failures: something has succeeded.
	 */
	public void reset() {
		this.failures = 0;
	}

}
