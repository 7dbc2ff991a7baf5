package io.governance.grpc;

import io.grpc.MethodDescriptor;

import io.governance.GovernanceException;
import io.governance.call.CallFailure;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;

/**
 * What stands over the calls to services: circuit breakers, deadlines, and what may be
 * tried again. There is one for each application. Thread-safe.
 */
@FunctionalInterface
public interface CallGuard {

	/**
	 * Begins a call.
	 * @param service the service
	 * @param method the method that is called
	 * @return the call, to be ended by {@link Guarded#over} exactly once
	 * @throws GovernanceException if the call is refused
	 */
	Guarded begin(String service, MethodDescriptor<?, ?> method);

	/** A call with all its tries. Used by one thread after the other. */
	interface Guarded {

		/**
		 * A try goes to an instance.
		 * @param endpoint the instance
		 */
		void tries(Endpoint endpoint);

		/**
		 * The time that the next try may take until its answer begins.
		 * @return nanoseconds; {@link Long#MAX_VALUE} if there is no limit
		 */
		long tryNanos();

		/**
		 * Whether there may be another try.
		 * @param failure how the last one failed
		 * @return {@code true} if another try does no harm
		 */
		boolean again(CallFailure failure);

		/**
		 * How long to wait before an instance is tried a second time.
		 * @return nanoseconds
		 */
		long pauseNanos();

		/**
		 * The call is over: it has ended, or, if it is a stream, its answer has begun.
		 * @param outcome how it ended
		 */
		void over(Outcome outcome);

	}

}
