package io.governance.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A clock that stands still until it is told to go on: the time of day, and as a
 * {@link LongSupplier} what {@link System#nanoTime()} would be. Thread-safe.
 */
public final class ManualClock implements InstantSource, LongSupplier {

	private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	private final AtomicLong nanos = new AtomicLong();

	private final AtomicLong offsetNanos = new AtomicLong();

	/**
	 * Lets time pass, for both readings.
	 * @param duration how much; not negative
	 */
	public void advance(Duration duration) {
		if (duration.isNegative()) {
			throw new IllegalArgumentException("Time does not go back; use set for the time of day");
		}
		this.nanos.addAndGet(duration.toNanos());
	}

	/**
	 * Sets the time of day alone, also back, as an operator or a time server does.
	 * @param instant the time of day
	 */
	public void set(Instant instant) {
		this.offsetNanos.set(Duration.between(START, instant).toNanos() - this.nanos.get());
	}

	@Override
	public Instant instant() {
		return START.plusNanos(this.nanos.get() + this.offsetNanos.get());
	}

	/**
	 * Nanoseconds that have passed since some time in the past.
	 */
	@Override
	public long getAsLong() {
		return this.nanos.get();
	}

}
