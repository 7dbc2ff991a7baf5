package io.governance.gray;

import java.time.Instant;
import java.time.InstantSource;

import org.jspecify.annotations.Nullable;

/**
 * When a rule ends. It stays ended, also if the clock is set back. Thread-safe.
 */
final class RuleEnd {

	private final long time;

	private final InstantSource clock;

	private volatile boolean reached;

	RuleEnd(@Nullable Instant time, InstantSource clock) {
		this.time = (time != null) ? time.toEpochMilli() : Long.MAX_VALUE;
		this.clock = clock;
	}

	boolean isReached() {
		if (this.time != Long.MAX_VALUE && !this.reached && this.clock.millis() >= this.time) {
			this.reached = true;
		}
		return this.reached;
	}

}
