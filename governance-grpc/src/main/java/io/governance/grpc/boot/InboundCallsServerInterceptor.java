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
		if (!isOwn(call)) {
			this.calls.arrived();
		}
		return next.startCall(call, headers);
	}

	/** Whether grpc-java itself serves the call: a probe, or reflection. */
	static boolean isOwn(ServerCall<?, ?> call) {
		return call.getMethodDescriptor().getFullMethodName().startsWith(OWN);
	}

}
