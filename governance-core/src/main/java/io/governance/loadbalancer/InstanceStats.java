package io.governance.loadbalancer;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What was seen of one instance by this process. Thread-safe; writers do not wait for
 * each other. Each number is exact once no call is under way, and while calls are under
 * way not older than the moment it was asked for.
 */
public final class InstanceStats {

	/** The half-life of the latency; Finagle's peak EWMA decays about as fast. */
	private static final long LATENCY_HALF_LIFE = Duration.ofSeconds(7).toNanos();

	private static final long FAILURES_HALF_LIFE = Duration.ofSeconds(2).toNanos();

	/** The share of one call in {@link #failureScore()}. */
	private static final float CALL = 0.2f;

	private final CallClock clock;

	private final AtomicInteger inFlight = new AtomicInteger();

	private final DecayingAverage latency = new DecayingAverage(LATENCY_HALF_LIFE);

	private final DecayingAverage failures = new DecayingAverage(FAILURES_HALF_LIFE);

	private final AtomicInteger failuresInARow = new AtomicInteger();

	private final LongAdder succeeded = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final LongAdder cancelled = new LongAdder();

	private final LongAdder nanos = new LongAdder();

	InstanceStats(CallClock clock) {
		this.clock = clock;
	}

	void begin() {
		this.clock.advance();
		this.inFlight.getAndIncrement();
	}

	void end(long nanos, Outcome outcome) {
		long now = this.clock.advance();
		long taken = Math.max(0, nanos);
		switch (outcome) {
			case SUCCESS -> {
				this.succeeded.increment();
				this.latency.peak(taken, now);
				this.failures.move(0, CALL, now);
				if (this.failuresInARow.get() != 0) {
					this.failuresInARow.set(0);
				}
			}
			case FAILURE -> {
				this.failed.increment();
				// Whoever fails fast is not fast; whoever fails slowly is slow.
				if (taken > this.latency.at(now)) {
					this.latency.peak(taken, now);
				}
				this.failures.move(1, CALL, now);
				this.failuresInARow.getAndIncrement();
			}
			case CANCELLED -> this.cancelled.increment();
		}
		this.nanos.add(taken);
		this.inFlight.getAndDecrement();
	}

	/**
	 * Calls that began and have not ended.
	 * @return their number, 0 or more
	 */
	public int inFlight() {
		return Math.max(0, this.inFlight.get());
	}

	/**
	 * Calls that ended, in whatever way.
	 * @return their number
	 */
	public long ended() {
		return this.succeeded.sum() + this.failed.sum() + this.cancelled.sum();
	}

	/**
	 * Calls that ended in {@link Outcome#SUCCESS}.
	 * @return their number
	 */
	public long succeeded() {
		return this.succeeded.sum();
	}

	/**
	 * Calls that ended in {@link Outcome#FAILURE}.
	 * @return their number
	 */
	public long failed() {
		return this.failed.sum();
	}

	/**
	 * The time that all calls that ended have taken together.
	 * @return nanoseconds
	 */
	public long nanos() {
		return this.nanos.sum();
	}

	/**
	 * How long calls take: rises at once with a slow one, and falls with time. Takes no
	 * lock and allocates nothing. The time is that of the last call to the service.
	 * @return nanoseconds; 0 while nothing is known
	 */
	public float latencyNanos() {
		return this.latency.at(this.clock.last());
	}

	/**
	 * How many of the last calls failed, of which each counts more than the one before
	 * it; falls with time. Takes no lock and allocates nothing.
	 * @return 0 to 1
	 */
	public float failureScore() {
		return this.failures.at(this.clock.last());
	}

	/**
	 * Calls that failed since the last one that succeeded.
	 * @return their number
	 */
	public int failuresInARow() {
		return this.failuresInARow.get();
	}

	@Override
	public String toString() {
		return "in flight " + inFlight() + ", ended " + ended() + ", failed " + failed();
	}

}
