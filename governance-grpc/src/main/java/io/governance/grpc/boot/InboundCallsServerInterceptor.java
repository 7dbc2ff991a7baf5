package io.governance.grpc.boot;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

import io.governance.boot.registry.InboundCalls;

/**
 * Tells of each gRPC call that it has come, but for probes and reflection.
 */
final class InboundCallsServerInterceptor implements ServerInterceptor {

	/** Of all services that grpc-java itself brings. */
	private static final String OWN = "grpc.";

	private final InboundCalls calls;

	InboundCallsServerInterceptor(InboundCalls calls) {
		this.calls = calls;
	}

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		if (!isOwn(call.getMethodDescriptor().getFullMethodName())) {
			this.calls.arrived();
		}
		return next.startCall(call, headers);
	}

	/** Whether grpc-java itself brings the method: that of a probe, or of reflection. */
	static boolean isOwn(String fullMethodName) {
		return fullMethodName.startsWith(OWN);
	}

}
