package io.governance.boot.call;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;

import io.governance.boot.call.GovernanceCallProperties.Breaker;
import io.governance.loadbalancer.Outcome;

/**
 * Makes the configuration of circuit breakers.
 */
final class BreakerSettings {

	/**
	 * How long a call took says nothing: streams, uploads and long polls are no failures.
	 */
	private static final Duration NEVER_SLOW = Duration.ofDays(365);

	private BreakerSettings() {
	}

	static CircuitBreakerConfig of(Breaker breaker, InstantSource time) {
		return CircuitBreakerConfig.custom()
			.slidingWindow((int) breaker.window().toSeconds(), breaker.minimumCalls(), SlidingWindowType.TIME_BASED,
					SlidingWindowSynchronizationStrategy.LOCK_FREE)
			.failureRateThreshold(breaker.failureRate())
			.waitDurationInOpenState(breaker.openFor())
			.permittedNumberOfCallsInHalfOpenState(breaker.trialCalls())
			.slowCallDurationThreshold(NEVER_SLOW)
			.recordResult((result) -> result == Outcome.FAILURE)
			.clock(new InstantClock(time))
			.build();
	}

	/** A source of time as the clock that the library asks for. */
	private static final class InstantClock extends Clock {

		private final InstantSource time;

		InstantClock(InstantSource time) {
			this.time = time;
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
			return this.time.instant();
		}

	}

}
