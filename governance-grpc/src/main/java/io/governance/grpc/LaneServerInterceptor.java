package io.governance.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

import io.governance.gray.GrayDecision;

/**
 * Decides the lanes of each call once, and makes them current wherever the call is worked
 * for: on each thread that runs its handler or its listener, and in grpc-java's context.
 * Comes before all other interceptors, so that nobody reads lanes that are not to be
 * trusted. Thread-safe.
 */
public final class LaneServerInterceptor implements ServerInterceptor {

	private final LaneDecider decider;

	/**
	 * Creates an interceptor.
	 * @param decider decides
	 */
	public LaneServerInterceptor(LaneDecider decider) {
		this.decider = decider;
	}

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		GrayDecision decision = this.decider.decide(call, headers);
		if (decision == GrayDecision.STABLE) {
			return next.startCall(call, headers);
		}
		GrayDecision.Scope scope = decision.open();
		try {
			Context context = GrpcLanes.with(Context.current(), decision);
			return new Laned<>(Contexts.interceptCall(context, call, headers, next), decision);
		}
		finally {
			scope.close();
		}
	}

	/** Has the lanes current whenever it is called. */
	private static final class Laned<Q> extends SimpleForwardingServerCallListener<Q> {

		private final GrayDecision decision;

		Laned(ServerCall.Listener<Q> delegate, GrayDecision decision) {
			super(delegate);
			this.decision = decision;
		}

		@Override
		public void onMessage(Q message) {
			run(() -> super.onMessage(message));
		}

		@Override
		public void onHalfClose() {
			run(super::onHalfClose);
		}

		@Override
		public void onCancel() {
			run(super::onCancel);
		}

		@Override
		public void onComplete() {
			run(super::onComplete);
		}

		@Override
		public void onReady() {
			run(super::onReady);
		}

		private void run(Runnable callback) {
			GrayDecision.Scope scope = this.decision.open();
			try {
				callback.run();
			}
			finally {
				scope.close();
			}
		}

	}

}
