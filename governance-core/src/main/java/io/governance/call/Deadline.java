package io.governance.call;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The moment by which a call must be over. Immutable.
 */
public final class Deadline {

	private final LongSupplier ticker;

	private final long at;

	private final boolean never;

	private Deadline(LongSupplier ticker, long at, boolean never) {
		this.ticker = ticker;
		this.at = at;
		this.never = never;
	}

	/**
	 * A deadline from now on.
	 * @param timeout how long from now; zero or less means that there is no deadline
	 * @param ticker a clock in nanoseconds, for durations only
	 * @return the deadline
	 */
	public static Deadline after(Duration timeout, LongSupplier ticker) {
		boolean never = timeout.isZero() || timeout.isNegative();
		return new Deadline(ticker, never ? 0 : ticker.getAsLong() + nanos(timeout), never);
	}

	/**
	 * The earlier of two deadlines by the same clock.
	 * @param other the other one
	 * @return the earlier one
	 */
	public Deadline earlier(Deadline other) {
		if (this.never) {
			return other;
		}
		return (other.never || this.at - other.at <= 0) ? this : other;
	}

	/**
	 * The time that is left, at most as much as asked for.
	 * @param timeout the most to get; zero or less means no limit
	 * @return nanoseconds, 0 if the deadline has passed; {@link Long#MAX_VALUE} if there
	 * is no limit at all
	 */
	public long remainingNanos(Duration timeout) {
		long limit = (timeout.isZero() || timeout.isNegative()) ? Long.MAX_VALUE : nanos(timeout);
		return this.never ? limit : Math.max(0, Math.min(limit, this.at - this.ticker.getAsLong()));
	}

	/**
	 * The time that is left.
	 * @return nanoseconds, 0 if the deadline has passed; {@link Long#MAX_VALUE} if there
	 * is none
	 */
	public long remainingNanos() {
		return remainingNanos(Duration.ZERO);
	}

	/** As nanoseconds, of which a clock never counts more than half of its range. */
	private static long nanos(Duration duration) {
		return (duration.compareTo(Duration.ofDays(365)) < 0) ? duration.toNanos() : Duration.ofDays(365).toNanos();
	}

}
