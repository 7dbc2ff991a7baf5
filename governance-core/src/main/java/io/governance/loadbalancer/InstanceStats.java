package io.governance.loadbalancer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * What was seen of one instance by this process. Thread-safe; writers do not wait for
 * each other. Each number is exact once no call is under way, and while calls are under
 * way not older than the moment it was asked for.
 */
public final class InstanceStats {

	/** The half-life of the latency; Finagle's peak EWMA decays about as fast. */
	private static final DecayingAverage LATENCY = new DecayingAverage(Duration.ofSeconds(7));

	private static final DecayingAverage FAILURES = new DecayingAverage(Duration.ofSeconds(5));

	/** The share of one call in {@link #failureScore()}. */
	private static final float CALL = 0.2f;

	private static final VarHandle IN_FLIGHT;

	private static final VarHandle FAILURES_IN_A_ROW;

	private static final VarHandle LATENCY_STATE;

	private static final VarHandle FAILURES_STATE;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			IN_FLIGHT = lookup.findVarHandle(InstanceStats.class, "inFlight", int.class);
			FAILURES_IN_A_ROW = lookup.findVarHandle(InstanceStats.class, "failuresInARow", int.class);
			LATENCY_STATE = lookup.findVarHandle(InstanceStats.class, "latency", long.class);
			FAILURES_STATE = lookup.findVarHandle(InstanceStats.class, "failures", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final CallClock clock;

	// What picks read lies together in this object, not behind further references.
	private volatile int inFlight;

	private volatile int failuresInARow;

	private volatile long latency;

	private volatile long failures;

	private final LongAdder succeeded = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final LongAdder cancelled = new LongAdder();

	private final LongAdder nanos = new LongAdder();

	InstanceStats(CallClock clock) {
		this.clock = clock;
	}

	/** When a call to the service last began or ended. */
	long now() {
		return this.clock.last();
	}

	void begin() {
		this.clock.advance();
		IN_FLIGHT.getAndAdd(this, 1);
	}

	void end(long nanos, Outcome outcome) {
		long now = this.clock.advance();
		long taken = Math.max(0, nanos);
		switch (outcome) {
			case SUCCESS -> {
				this.succeeded.increment();
				observeAnswer(Math.max(1, taken), now);
				if (this.failures != 0) {
					observeFailure(0, now);
				}
				if (this.failuresInARow != 0) {
					this.failuresInARow = 0;
				}
			}
			case FAILURE -> {
				this.failed.increment();
				observeNoAnswer(taken, now);
				observeFailure(1, now);
				FAILURES_IN_A_ROW.getAndAdd(this, 1);
			}
			case CANCELLED -> this.cancelled.increment();
		}
		this.nanos.add(taken);
		IN_FLIGHT.getAndAdd(this, -1);
	}

	private void observeAnswer(float nanos, long now) {
		long before;
		do {
			before = this.latency;
		}
		while (!LATENCY_STATE.compareAndSet(this, before, LATENCY.peak(before, nanos, now)));
	}

	/**
	 * Whoever fails slowly is slow. Whoever fails fast is not fast: that tells nothing of
	 * how long an answer would have taken.
	 */
	private void observeNoAnswer(float nanos, long now) {
		long before;
		do {
			before = this.latency;
		}
		while (!LATENCY_STATE.compareAndSet(this, before, LATENCY.held(before, nanos, now)));
	}

	private void observeFailure(float failure, long now) {
		long before;
		do {
			before = this.failures;
		}
		while (!FAILURES_STATE.compareAndSet(this, before, FAILURES.moved(before, failure, CALL, now)));
	}

	/**
	 * Forgets how the instance behaved lately: another process answers in its name now.
	 * What is counted goes on.
	 */
	void forgetBehaviour() {
		this.latency = 0;
		this.failures = 0;
		this.failuresInARow = 0;
	}

	static InstanceStats[] of(Endpoint[] endpoints) {
		return Arrays.stream(endpoints).map(Endpoint::stats).toArray(InstanceStats[]::new);
	}

	CallClock clock() {
		return this.clock;
	}

	/**
	 * Calls that began and have not ended.
	 * @return their number, 0 or more
	 */
	public int inFlight() {
		return Math.max(0, this.inFlight);
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
	 * Calls that the caller gave up.
	 * @return their number since this process knows the instance
	 */
	public long cancelled() {
		return this.cancelled.sum();
	}

	/**
	 * The time that all calls that ended have taken together.
	 * @return nanoseconds
	 */
	public long nanos() {
		return this.nanos.sum();
	}

	/**
	 * How long calls take: rises at once with a slow one, and falls with time. Calls that
	 * fail count only if they are slower. Takes no lock and allocates nothing. The time
	 * is that of the last call to the service.
	 * @return nanoseconds; 0 before the first answer, and long after the last one
	 */
	public float latencyNanos() {
		return latencyNanos(this.clock.last());
	}

	float latencyNanos(long now) {
		return LATENCY.at(this.latency, now);
	}

	/**
	 * How many of the last calls failed, of which each counts more than the one before
	 * it; falls with time. Takes no lock and allocates nothing.
	 * @return 0 to 1
	 */
	public float failureScore() {
		return failureScore(this.clock.last());
	}

	float failureScore(long now) {
		return FAILURES.at(this.failures, now);
	}

	/**
	 * Calls that failed since the last one that succeeded.
	 * @return their number
	 */
	public int failuresInARow() {
		return this.failuresInARow;
	}

	@Override
	public String toString() {
		return "in flight " + inFlight() + ", ended " + ended() + ", failed " + failed();
	}

}
