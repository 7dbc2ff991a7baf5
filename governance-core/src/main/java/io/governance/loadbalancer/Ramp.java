package io.governance.loadbalancer;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The time in which an instance gets its full share of the calls little by little.
 * Immutable.
 *
 * @param start when it began, by the clock of the service
 * @param nanos how long it takes, more than 0
 * @param returned whether the instance returned from an ejection, and is not new
 */
record Ramp(long start, long nanos, boolean returned) {

	/** Nobody begins with nothing: what is never called never warms up. */
	static final float FIRST_SHARE = 0.1f;

	/**
	 * The share of what the instance would get otherwise.
	 * @param now the time
	 * @return {@link #FIRST_SHARE} to 1
	 */
	float share(long now) {
		return Math.max(FIRST_SHARE, Math.min(1, (now - this.start) / (float) this.nanos));
	}

	/** The same ramp, taking another time since it began; none if that is nothing. */
	@Nullable Ramp within(Duration time) {
		return time.isZero() ? null : new Ramp(this.start, time.toNanos(), this.returned);
	}

	boolean isOver(long now) {
		return now - this.start >= this.nanos;
	}

}
