package io.governance.boot.call;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;

import io.governance.boot.call.GovernanceCallProperties.Breaker;
import io.governance.loadbalancer.Outcome;

/**
 * How circuit breakers work.
 *
 * @param config their configuration
 * @param openMillis how long they stay open, and trial calls may keep others away
 */
record BreakerSettings(CircuitBreakerConfig config, long openMillis) {

	/**
	 * How long a call took says nothing: streams, uploads and long polls are no failures.
	 */
	private static final Duration NEVER_SLOW = Duration.ofDays(365);

	static BreakerSettings of(Breaker breaker, InstantSource time, LongSupplier ticker) {
		return new BreakerSettings(CircuitBreakerConfig.custom()
			.slidingWindow((int) breaker.window().toSeconds(), breaker.minimumCalls(), SlidingWindowType.TIME_BASED,
					SlidingWindowSynchronizationStrategy.LOCK_FREE)
			.failureRateThreshold(breaker.failureRate())
			.waitDurationInOpenState(breaker.openFor())
			.permittedNumberOfCallsInHalfOpenState(breaker.trialCalls())
			.slowCallDurationThreshold(NEVER_SLOW)
			.recordResult((result) -> result == Outcome.FAILURE)
			.clock(new SteadyClock(time.instant(), ticker))
			.build(), breaker.openFor().toMillis());
	}

	/**
	 * Begins with the time of day and does not follow when that is set: breakers would
	 * stay open, or close at once.
	 */
	private static final class SteadyClock extends Clock {

		private final Instant start;

		private final LongSupplier ticker;

		private final long begun;

		SteadyClock(Instant start, LongSupplier ticker) {
			this.start = start;
			this.ticker = ticker;
			this.begun = ticker.getAsLong();
		}

		@Override
		public ZoneOffset getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

		@Override
		public Instant instant() {
			return this.start.plusNanos(this.ticker.getAsLong() - this.begun);
		}

	}

}
