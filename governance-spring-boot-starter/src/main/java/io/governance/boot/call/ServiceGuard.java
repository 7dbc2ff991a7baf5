package io.governance.boot.call;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import io.governance.Backoff;
import io.governance.boot.call.GovernanceCallProperties.Retry;
import io.governance.boot.loadbalancer.CallRefusedException;
import io.governance.call.Deadline;
import io.governance.call.RetryBudget;

/**
 * What stands over the calls to one service, as long as its settings stay the same.
 * Thread-safe.
 */
final class ServiceGuard {

	private final String service;

	private final CallSettings settings;

	private final Retry retry;

	private final RetryBudget budget;

	private final @Nullable ServiceBreaker breaker;

	private final LongSupplier ticker;

	private final RandomGenerator random;

	private final Supplier<CallListener> listener;

	ServiceGuard(String service, CallSettings settings, Retry retry, RetryBudget budget,
			@Nullable ServiceBreaker breaker, LongSupplier ticker, RandomGenerator random,
			Supplier<CallListener> listener) {
		this.service = service;
		this.settings = settings;
		this.retry = retry;
		this.budget = budget;
		this.breaker = breaker;
		this.ticker = ticker;
		this.random = random;
		this.listener = listener;
	}

	/**
	 * A call begins.
	 * @param method its method, in capitals
	 * @param deadline the caller's own deadline
	 * @return the call, to be ended by {@link GuardedCall#over} exactly once
	 * @throws CallRefusedException if the circuit breaker of the service is open
	 */
	GuardedCall begin(String method, Deadline deadline) {
		if (this.breaker != null && !this.breaker.admits()) {
			throw new CallRefusedException(this.service, "",
					"Calls to service '" + this.service
							+ "' are refused for now: too many of the last ones failed, and its circuit breaker is "
							+ this.breaker.state());
		}
		this.budget.call();
		return new GuardedCall(this, method, deadline.earlier(Deadline.after(this.settings.deadline(), this.ticker)));
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

	@Nullable ServiceBreaker breaker() {
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
