package io.governance.gray;

import java.time.Instant;
import java.time.InstantSource;

import org.jspecify.annotations.Nullable;

/**
 * When a rule ends. It stays ended, also if the clock is set back. Thread-safe.
 */
final class RuleEnd implements Timed {

	private final long time;

	private final InstantSource clock;

	private volatile boolean reached;

	RuleEnd(@Nullable Instant time, InstantSource clock) {
		this.time = (time != null) ? time.toEpochMilli() : Long.MAX_VALUE;
		this.clock = clock;
	}

	boolean isNever() {
		return this.time == Long.MAX_VALUE;
	}

	boolean isReached() {
		return !isNever() && isReached(this.reached ? this.time : this.clock.millis());
	}

	private boolean isReached(long now) {
		if (!this.reached && now >= this.time) {
			this.reached = true;
		}
		return this.reached;
	}

	@Override
	public InstantSource clock() {
		return this.clock;
	}

	/** Met as long as the rule has not ended. */
	@Override
	public Phase at(long now) {
		return isReached(now) ? Phase.always(false) : new Phase(Long.MIN_VALUE, this.time, true);
	}

}
