package io.governance.boot.call;

import java.util.Map;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

import io.governance.Backoff;
import io.governance.boot.loadbalancer.CallRefusedException;
import io.governance.call.CallFailure;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;

/**
 * Guards calls that are made by other protocols than HTTP: the same circuit breakers,
 * deadlines, limits of tries and budgets, shared with the calls over HTTP to the same
 * service. Thread-safe.
 */
public final class ProtocolCalls {

	private final CallGuards guards;

	private final CallDeadlines deadlines;

	ProtocolCalls(CallGuards guards, CallDeadlines deadlines) {
		this.guards = guards;
		this.deadlines = deadlines;
	}

	/**
	 * Begins a call.
	 * @param service the service
	 * @param method the method, in capitals: one of HTTP, or any other that
	 * {@code governance.call.retry.methods} may name
	 * @param observation the observation that the client makes of the call, which is told
	 * of its tries; {@code null} for none
	 * @return the call, to be ended by {@link Call#over} exactly once
	 * @throws CallRefusedException if the circuit breaker of the service is open
	 */
	public Call begin(String service, String method, @Nullable Observation observation) {
		ServiceGuard guard = this.guards.of(service);
		GuardedCall call = guard.begin(method, this.deadlines.of(Map.of()));
		call.tracedBy(CallTrace.of(observation));
		return new Call(guard, call);
	}

	/** A call with all its tries. Used by one thread after the other. */
	public static final class Call {

		private final ServiceGuard guard;

		private final GuardedCall call;

		private @Nullable Backoff backoff;

		private Call(ServiceGuard guard, GuardedCall call) {
			this.guard = guard;
			this.call = call;
		}

		/**
		 * A try goes to an instance.
		 * @param endpoint the instance
		 */
		public void tries(Endpoint endpoint) {
			this.call.tries(endpoint);
		}

		/**
		 * The time that the next try may take.
		 * @return nanoseconds, 0 if the deadline has passed; {@link Long#MAX_VALUE} if
		 * there is no limit
		 */
		public long tryNanos() {
			return this.call.tryNanos();
		}

		/**
		 * Whether there may be another try. Takes it from the budget if so.
		 * @param failure how the last one failed
		 * @param sendable whether what was sent can be sent once more
		 * @return {@code true} if another try does no harm
		 */
		public boolean again(CallFailure failure, boolean sendable) {
			return this.call.again(failure, sendable);
		}

		/**
		 * How long to wait before an instance is tried a second time.
		 * @return nanoseconds, with jitter; more each time
		 */
		public long pauseNanos() {
			Backoff backoff = this.backoff;
			if (backoff == null) {
				backoff = this.guard.newBackoff();
				this.backoff = backoff;
			}
			return backoff.nextNanos();
		}

		/**
		 * The call is over. Does nothing the second time.
		 * @param outcome how it ended; one that went to nobody says nothing
		 */
		public void over(Outcome outcome) {
			this.call.over(outcome);
		}

	}

}
