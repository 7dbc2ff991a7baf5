package io.governance.loadbalancer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The time as the calls of one service tell it, and how long they take on the whole. Each
 * call that begins or ends reads the system's clock, and picks use what was read last:
 * reading it takes longer than a pick should. Both numbers are written about once in a
 * millisecond at most, so that threads that pick keep them in their caches. Thread-safe
 * without a lock.
 */
final class CallClock {

	private static final VarHandle LAST;

	private static final VarHandle TYPICAL;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			LAST = lookup.findVarHandle(CallClock.class, "last", long.class);
			TYPICAL = lookup.findVarHandle(CallClock.class, "typical", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final long RESOLUTION = 1L << DecayingAverage.TICK_BITS;

	private static final DecayingAverage AVERAGE = new DecayingAverage(Duration.ofSeconds(7));

	private final LongSupplier ticker;

	@SuppressWarnings("unused")
	private long last;

	@SuppressWarnings("unused")
	private long typical;

	/**
	 * Creates a clock.
	 * @param ticker the time in nanoseconds, as {@link System#nanoTime()}
	 */
	CallClock(LongSupplier ticker) {
		this.ticker = ticker;
		this.last = ticker.getAsLong();
	}

	/**
	 * The time when a call last began or ended, to about a millisecond.
	 * @return nanoseconds, only to be compared with others of this ticker
	 */
	long last() {
		return (long) LAST.getOpaque(this);
	}

	/**
	 * Reads the time.
	 * @return nanoseconds, only to be compared with others of this ticker
	 */
	long advance() {
		long now = this.ticker.getAsLong();
		if (now - last() >= RESOLUTION) {
			LAST.setOpaque(this, now);
		}
		return now;
	}

	/**
	 * A call was answered.
	 * @param nanos how long that took, more than 0
	 * @param now the time
	 */
	void answered(float nanos, long now) {
		long before = (long) TYPICAL.getOpaque(this);
		long after = AVERAGE.mean(before, nanos, now);
		if (after != before) {
			// One that is lost to another thread does no harm: only some are counted.
			TYPICAL.compareAndSet(this, before, after);
		}
	}

	/**
	 * How long calls to the service take on average, whichever instance answers.
	 * @return nanoseconds; 0 before the first answer
	 */
	float typicalNanos() {
		return DecayingAverage.value((long) TYPICAL.getOpaque(this));
	}

}
