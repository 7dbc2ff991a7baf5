package io.governance.boot.call;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.Backoff;
import io.governance.boot.call.GovernanceCallProperties.Retry;
import io.governance.boot.loadbalancer.CallRefusedException;
import io.governance.call.Deadline;
import io.governance.call.RetryBudget;

/**
 * What stands over the calls to one service. Thread-safe.
 */
final class ServiceGuard {

	private static final Logger logger = LoggerFactory.getLogger(ServiceGuard.class);

	private final String service;

	private final CallSettings settings;

	private final Retry retry;

	private final RetryBudget budget;

	private final @Nullable CircuitBreaker breaker;

	private final LongSupplier ticker;

	private final RandomGenerator random;

	private final Supplier<CallListener> listener;

	/** How long trial calls may keep others away. */
	private final long openMillis;

	/** The time of the breaker's last transition. */
	private volatile long since;

	ServiceGuard(String service, CallSettings settings, Retry retry, @Nullable CircuitBreaker breaker, Duration openFor,
			LongSupplier ticker, RandomGenerator random, Supplier<CallListener> listener) {
		this.service = service;
		this.settings = settings;
		this.retry = retry;
		this.budget = new RetryBudget(retry.budget(), retry.minPerSecond(), ticker);
		this.breaker = breaker;
		this.ticker = ticker;
		this.random = random;
		this.listener = listener;
		this.openMillis = openFor.toMillis();
		if (breaker != null) {
			breaker.getEventPublisher().onStateTransition((event) -> changed(event.getStateTransition()));
		}
	}

	private void changed(StateTransition transition) {
		this.since = now();
		if (transition.getFromState() != transition.getToState()) {
			logger.warn("Calls to service {}: circuit breaker goes from {} to {}", this.service,
					transition.getFromState(), transition.getToState());
			this.listener.get().breaker(this.service, false, transition.getToState());
		}
	}

	private long now() {
		return (this.breaker != null) ? this.breaker.getCircuitBreakerConfig().getClock().millis() : 0;
	}

	/**
	 * A call begins.
	 * @param method its method, in capitals
	 * @param deadline the caller's own deadline
	 * @return the call, to be ended by {@link GuardedCall#over} exactly once
	 * @throws CallRefusedException if the circuit breaker of the service is open
	 */
	GuardedCall begin(String method, Deadline deadline) {
		if (this.breaker != null && !admits(this.breaker)) {
			throw new CallRefusedException(this.service, "",
					"Calls to service '" + this.service
							+ "' are refused for now: too many of the last ones failed, and its circuit breaker is "
							+ this.breaker.getState());
		}
		this.budget.call();
		return new GuardedCall(this, method, deadline.earlier(Deadline.after(this.settings.deadline(), this.ticker)));
	}

	private boolean admits(CircuitBreaker breaker) {
		return breaker.tryAcquirePermission() || (trialsAnew(breaker) && breaker.tryAcquirePermission());
	}

	/** Trial calls that do not end must not keep all others away for ever. */
	private synchronized boolean trialsAnew(CircuitBreaker breaker) {
		if (breaker.getState() != State.HALF_OPEN) {
			return false;
		}
		if (now() - this.since > this.openMillis) {
			breaker.transitionToHalfOpenState();
		}
		return true;
	}

	String service() {
		return this.service;
	}

	CallSettings settings() {
		return this.settings;
	}

	RetryBudget budget() {
		return this.budget;
	}

	@Nullable CircuitBreaker breaker() {
		return this.breaker;
	}

	CallListener listener() {
		return this.listener.get();
	}

	LongSupplier ticker() {
		return this.ticker;
	}

	Backoff newBackoff() {
		return new Backoff(this.retry.backoff(), this.retry.maxBackoff(), this.random);
	}

}
