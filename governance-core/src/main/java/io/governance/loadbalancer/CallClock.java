package io.governance.loadbalancer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/**
 * A clock that advances with the calls of one service: each that begins or ends reads the
 * system's clock, and picks use what was read last, since reading it takes longer than a
 * pick should. It is written about once in a millisecond at most, so that threads that
 * pick keep it in their caches. Thread-safe without a lock.
 */
final class CallClock {

	private static final VarHandle LAST;

	static {
		try {
			LAST = MethodHandles.lookup().findVarHandle(CallClock.class, "last", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final long RESOLUTION = 1L << DecayingAverage.TICK_BITS;

	private final LongSupplier ticker;

	@SuppressWarnings("unused")
	private long last;

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

}
