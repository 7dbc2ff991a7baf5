package io.governance.gray;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that a test sets, also back. */
final class SettableClock implements InstantSource {

	private volatile Instant now;

	SettableClock(String now) {
		this.now = Instant.parse(now);
	}

	@Override
	public Instant instant() {
		return this.now;
	}

	void set(String now) {
		this.now = Instant.parse(now);
	}

	void advance(Duration duration) {
		this.now = this.now.plus(duration);
	}

}
