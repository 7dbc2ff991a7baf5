package io.governance.grpc.boot;

import java.util.Locale;

import io.grpc.MethodDescriptor;
import io.micrometer.observation.ObservationRegistry;

import io.governance.boot.call.ProtocolCalls;
import io.governance.call.CallFailure;
import io.governance.grpc.CallGuard;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;

/**
 * Guards gRPC calls by the same settings, breakers and budgets as those over HTTP.
 * Thread-safe.
 */
final class BootCallGuard implements CallGuard {

	private final ProtocolCalls calls;

	private final ObservationRegistry observations;

	BootCallGuard(ProtocolCalls calls, ObservationRegistry observations) {
		this.calls = calls;
		this.observations = observations;
	}

	@Override
	public Guarded begin(String service, MethodDescriptor<?, ?> method) {
		return new GuardedByCall(this.calls.begin(service, nameOf(method), this.observations.getCurrentObservation()));
	}

	/**
	 * What a method declares of itself, in the words of HTTP; else its own name, which
	 * may be among the methods that are tried again.
	 */
	private static String nameOf(MethodDescriptor<?, ?> method) {
		if (method.isSafe()) {
			return "GET";
		}
		return method.isIdempotent() ? "PUT" : method.getFullMethodName().toUpperCase(Locale.ROOT);
	}

	private record GuardedByCall(ProtocolCalls.Call call) implements Guarded {

		@Override
		public void tries(Endpoint endpoint) {
			this.call.tries(endpoint);
		}

		@Override
		public long tryNanos() {
			return this.call.tryNanos();
		}

		@Override
		public boolean again(CallFailure failure) {
			return this.call.again(failure, true);
		}

		@Override
		public long pauseNanos() {
			return this.call.pauseNanos();
		}

		@Override
		public void over(Outcome outcome) {
			this.call.over(outcome);
		}

	}

}
