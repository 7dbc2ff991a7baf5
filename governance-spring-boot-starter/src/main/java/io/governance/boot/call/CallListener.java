package io.governance.boot.call;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;

import io.governance.loadbalancer.Outcome;

/**
 * Told of what is out of the ordinary in calls. Quick and thread-safe; must not throw.
 */
interface CallListener {

	/** Nobody listens. */
	CallListener NONE = new CallListener() {

		@Override
		public void called(String service, boolean guarded) {
		}

		@Override
		public void retried(String service, RetryReason reason, Outcome outcome) {
		}

		@Override
		public void outOfBudget(String service) {
		}

		@Override
		public void breaker(String service, boolean ofInstance, State state) {
		}

	};

	/**
	 * A service is called for the first time, was before anybody listened, or is called
	 * by other settings from now on.
	 * @param guarded whether a circuit breaker stands before it
	 */
	void called(String service, boolean guarded);

	/** A further try has ended. */
	void retried(String service, RetryReason reason, Outcome outcome);

	/** There is no further try, since there were too many of them lately. */
	void outOfBudget(String service);

	/** A circuit breaker of a service or of one of its instances has another state. */
	void breaker(String service, boolean ofInstance, State state);

	/** Why there is a further try. */
	enum RetryReason {

		/** There was no connection. */
		NOT_SENT,

		/** There was no answer in time. */
		TIMED_OUT,

		/** The connection broke. */
		BROKEN_OFF,

		/** The status of the answer. */
		STATUS

	}

}
