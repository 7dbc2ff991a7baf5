package io.governance.grpc.boot;

import java.util.function.LongSupplier;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;

import io.governance.boot.gray.InboundRequests;
import io.governance.boot.gray.RequestOutcome;
import io.governance.gray.GrayDecision;

/**
 * Tells how one gRPC call has ended, whoever ended it: the handler, an interceptor, or
 * grpc-java. Its time ends where its answer begins: how long a stream lasts tells
 * nothing.
 */
final class InboundRequestTracer extends ServerStreamTracer {

	private static final Context.Key<InboundRequestTracer> KEY = Context.key("governance-inbound-request");

	private final InboundRequests requests;

	private final LongSupplier ticker;

	private final long started;

	private volatile GrayDecision decision = GrayDecision.STABLE;

	private volatile long answered = -1;

	private InboundRequestTracer(InboundRequests requests, LongSupplier ticker) {
		this.requests = requests;
		this.ticker = ticker;
		this.started = ticker.getAsLong();
	}

	@Override
	public Context filterContext(Context context) {
		return context.withValue(KEY, this);
	}

	@Override
	public void outboundMessage(int number) {
		if (this.answered < 0) {
			this.answered = elapsed();
		}
	}

	@Override
	public void streamClosed(Status status) {
		this.requests.ended(this.decision, outcome(status), (this.answered >= 0) ? this.answered : elapsed());
	}

	private long elapsed() {
		return this.ticker.getAsLong() - this.started;
	}

	/**
	 * What OpenTelemetry's conventions for gRPC call an error of the server is a failure;
	 * callers are to blame for the others.
	 */
	private static RequestOutcome outcome(Status status) {
		return switch (status.getCode()) {
			case OK -> RequestOutcome.SUCCESS;
			case CANCELLED -> RequestOutcome.CANCELLED;
			case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> RequestOutcome.FAILURE;
			default -> RequestOutcome.CLIENT_ERROR;
		};
	}

	/**
	 * Follows each call, but for probes and reflection.
	 */
	static final class Factory extends ServerStreamTracer.Factory {

		private static final ServerStreamTracer NONE = new ServerStreamTracer() {
		};

		private final InboundRequests requests;

		private final LongSupplier ticker;

		Factory(InboundRequests requests, LongSupplier ticker) {
			this.requests = requests;
			this.ticker = ticker;
		}

		@Override
		public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
			return InboundCallsServerInterceptor.isOwn(fullMethodName) ? NONE
					: new InboundRequestTracer(this.requests, this.ticker);
		}

	}

	/**
	 * Notes what was decided about a call; comes after the interceptor that decides.
	 */
	static final class Decided implements ServerInterceptor {

		@Override
		public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
				ServerCallHandler<Q, A> next) {
			InboundRequestTracer tracer = KEY.get();
			if (tracer != null) {
				tracer.decision = GrayDecision.current();
			}
			return next.startCall(call, headers);
		}

	}

}
