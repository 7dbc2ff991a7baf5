package io.governance.loadbalancer;

import java.util.concurrent.atomic.LongAdder;

/**
 * What was seen of one instance by this process. Thread-safe; writers do not wait for
 * each other. Each number is exact once no call is under way, and while calls are under
 * way not older than the moment it was asked for.
 */
public final class InstanceStats {

	private final LongAdder begun = new LongAdder();

	private final LongAdder succeeded = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final LongAdder cancelled = new LongAdder();

	private final LongAdder nanos = new LongAdder();

	InstanceStats() {
	}

	void begin() {
		this.begun.increment();
	}

	void end(long nanos, Outcome outcome) {
		switch (outcome) {
			case SUCCESS -> this.succeeded.increment();
			case FAILURE -> this.failed.increment();
			case CANCELLED -> this.cancelled.increment();
		}
		this.nanos.add(Math.max(0, nanos));
	}

	/**
	 * Calls that began and have not ended.
	 * @return their number, 0 or more
	 */
	public long inFlight() {
		long ended = ended(); // first: a call that ends in between must not count twice
		return Math.max(0, this.begun.sum() - ended);
	}

	/**
	 * Calls that began.
	 * @return their number
	 */
	public long begun() {
		return this.begun.sum();
	}

	/**
	 * Calls that ended, in whatever way.
	 * @return their number
	 */
	public long ended() {
		return this.succeeded.sum() + this.failed.sum() + this.cancelled.sum();
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

	@Override
	public String toString() {
		return "in flight " + inFlight() + ", ended " + ended() + ", failed " + failed();
	}

}
