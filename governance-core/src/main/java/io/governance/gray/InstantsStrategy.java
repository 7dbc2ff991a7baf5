package io.governance.gray;

import java.time.Instant;
import java.time.InstantSource;

import org.jspecify.annotations.Nullable;

/**
 * Requests between two points in time, the first one included.
 */
final class InstantsStrategy implements GrayStrategy, Timed {

	private final InstantSource clock;

	private final @Nullable Instant from;

	private final @Nullable Instant to;

	private final long fromMillis;

	private final long toMillis;

	/**
	 * Creates a strategy.
	 * @param from when they begin to match, or {@code null} if they always did
	 * @param to when they no longer match, or {@code null} for never
	 * @param clock tells the time
	 */
	InstantsStrategy(@Nullable Instant from, @Nullable Instant to, InstantSource clock) {
		this.from = from;
		this.to = to;
		this.fromMillis = (from != null) ? millis(from) : Long.MIN_VALUE;
		this.toMillis = (to != null) ? millis(to) : Long.MAX_VALUE;
		this.clock = clock;
	}

	/** Rounded up: milliseconds are compared. */
	private static long millis(Instant time) {
		return Math.addExact(time.toEpochMilli(), (time.getNano() % 1_000_000 != 0) ? 1 : 0);
	}

	@Override
	public boolean matches(GrayContext context) {
		long now = this.clock.millis();
		return now >= this.fromMillis && now < this.toMillis;
	}

	@Override
	public InstantSource clock() {
		return this.clock;
	}

	@Override
	public Phase at(long now) {
		if (now < this.fromMillis) {
			return new Phase(Long.MIN_VALUE, this.fromMillis, false);
		}
		return (now < this.toMillis) ? new Phase(this.fromMillis, this.toMillis, true)
				: new Phase(this.toMillis, Long.MAX_VALUE, false);
	}

	@Override
	public Condition explain(GrayContext context) {
		return Condition.of(this, matches(context), "it is " + this.clock.instant());
	}

	@Override
	public String toString() {
		return "between(" + ((this.from != null) ? "from " + this.from : "")
				+ ((this.from != null && this.to != null) ? " " : "") + ((this.to != null) ? "to " + this.to : "")
				+ ")";
	}

}
