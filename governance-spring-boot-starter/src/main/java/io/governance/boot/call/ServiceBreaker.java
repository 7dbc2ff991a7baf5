package io.governance.boot.call;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.loadbalancer.Outcome;

/**
 * The circuit breaker over the calls to one service. Thread-safe.
 */
final class ServiceBreaker {

	private static final Logger logger = LoggerFactory.getLogger(ServiceBreaker.class);

	private final String service;

	private final CircuitBreaker breaker;

	/** How long trial calls may keep others away. */
	private final long openMillis;

	private final Supplier<CallListener> listener;

	/** The time of the last transition. */
	private volatile long since;

	private volatile boolean retired;

	ServiceBreaker(String service, CircuitBreaker breaker, long openMillis, Supplier<CallListener> listener) {
		this.service = service;
		this.breaker = breaker;
		this.openMillis = openMillis;
		this.listener = listener;
		breaker.getEventPublisher().onStateTransition((event) -> changed(event.getStateTransition()));
	}

	private void changed(StateTransition transition) {
		this.since = now();
		if (!this.retired && transition.getFromState() != transition.getToState()) {
			logger.warn("Calls to service {}: circuit breaker goes from {} to {}", this.service,
					transition.getFromState(), transition.getToState());
			this.listener.get().breaker(this.service, false, transition.getToState());
		}
	}

	private long now() {
		return this.breaker.getCircuitBreakerConfig().getClock().millis();
	}

	/** Whether a call may begin now; if so it must be ended or released. */
	boolean admits() {
		return this.breaker.tryAcquirePermission() || (trialsAnew() && this.breaker.tryAcquirePermission());
	}

	/** Trial calls that do not end must not keep all others away for ever. */
	private synchronized boolean trialsAnew() {
		if (this.breaker.getState() != State.HALF_OPEN) {
			return false;
		}
		if (now() - this.since > this.openMillis) {
			this.breaker.transitionToHalfOpenState();
		}
		return true;
	}

	/** A call that was admitted has ended. */
	void ended(long nanos, Outcome outcome) {
		this.breaker.onResult(nanos, TimeUnit.NANOSECONDS, outcome);
	}

	/** A call that was admitted has told nothing. */
	void released() {
		this.breaker.releasePermission();
	}

	/** Only calls that have begun still end here: what comes of them is not told. */
	void retire() {
		this.retired = true;
	}

	State state() {
		return this.breaker.getState();
	}

	CircuitBreaker breaker() {
		return this.breaker;
	}

}
