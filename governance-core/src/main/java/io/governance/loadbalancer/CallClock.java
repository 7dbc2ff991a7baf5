package io.governance.loadbalancer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/**
 * A clock that advances with the calls of one service: each that begins or ends reads the
 * time, and picks use what was read last. Reading the system's clock takes longer than a
 * pick should. Thread-safe.
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
	 * The time when a call last began or ended.
	 * @return nanoseconds, only to be compared with others of this clock
	 */
	long last() {
		return (long) LAST.getOpaque(this);
	}

	/**
	 * Reads the time.
	 * @return nanoseconds, only to be compared with others of this clock
	 */
	long advance() {
		long now = this.ticker.getAsLong();
		LAST.setOpaque(this, now);
		return now;
	}

}
