package io.governance.grpc.boot;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

import io.governance.boot.call.GovernanceCalls;

/**
 * Hands the deadline of a gRPC call on to the calls that its handler makes over HTTP, on
 * the thread of the handler. Those over gRPC have it from grpc-java itself.
 */
final class DeadlineServerInterceptor implements ServerInterceptor {

	private final GovernanceCalls calls;

	DeadlineServerInterceptor(GovernanceCalls calls) {
		this.calls = calls;
	}

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		ServerCall.Listener<Q> listener = next.startCall(call, headers);
		Deadline deadline = Context.current().getDeadline();
		return (deadline != null) ? new Limited<>(listener, deadline, this.calls) : listener;
	}

	/** Runs what may work for the call under its deadline. */
	private static final class Limited<Q> extends SimpleForwardingServerCallListener<Q> {

		private final Deadline deadline;

		private final GovernanceCalls calls;

		Limited(ServerCall.Listener<Q> delegate, Deadline deadline, GovernanceCalls calls) {
			super(delegate);
			this.deadline = deadline;
			this.calls = calls;
		}

		@Override
		public void onMessage(Q message) {
			run(() -> super.onMessage(message));
		}

		@Override
		public void onHalfClose() {
			run(super::onHalfClose);
		}

		private void run(Runnable work) {
			// At least something: nothing at all would mean that there is no deadline.
			long left = Math.max(1, this.deadline.timeRemaining(TimeUnit.NANOSECONDS));
			this.calls.within(Duration.ofNanos(left)).call(() -> {
				work.run();
				return true;
			});
		}

	}

}
