package io.governance.grpc.boot;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.governance.boot.gray.InboundRequests;
import io.governance.boot.gray.RequestOutcome;
import io.governance.gray.GrayDecision;

/**
 * Tells how each gRPC call has ended, but for probes and reflection, and calls that were
 * refused before their lanes were decided. Comes before all others, so that it sees what
 * they make of an exception. The time of a call ends where its answer begins: how long a
 * stream lasts tells nothing.
 */
final class InboundRequestServerInterceptor implements ServerInterceptor {

	private static final Context.Key<TimedCall<?, ?>> KEY = Context.key("governance-inbound-request");

	/** A caller's deadline passes a moment before or after that of its call here. */
	private static final long SAME_MOMENT_MILLIS = 50;

	private final InboundRequests requests;

	private final LongSupplier ticker;

	InboundRequestServerInterceptor(InboundRequests requests, LongSupplier ticker) {
		this.requests = requests;
		this.ticker = ticker;
	}

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		if (InboundCallsServerInterceptor.isOwn(call)) {
			return next.startCall(call, headers);
		}
		TimedCall<Q, A> timed = new TimedCall<>(call, this.requests, this.ticker);
		try {
			return new TimedListener<>(
					Contexts.interceptCall(Context.current().withValue(KEY, timed), timed, headers, next), timed);
		}
		catch (RuntimeException | Error ex) {
			timed.over(RequestOutcome.FAILURE);
			throw ex;
		}
	}

	/** Knows what was decided and when the answer began, and tells the end once. */
	private static final class TimedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

		private final InboundRequests requests;

		private final LongSupplier ticker;

		private final long started;

		private final @Nullable Deadline deadline = Context.current().getDeadline();

		private final AtomicBoolean over = new AtomicBoolean();

		private volatile @Nullable GrayDecision decision;

		private volatile long answered = -1;

		TimedCall(ServerCall<Q, A> delegate, InboundRequests requests, LongSupplier ticker) {
			super(delegate);
			this.requests = requests;
			this.ticker = ticker;
			this.started = ticker.getAsLong();
		}

		@Override
		public void sendMessage(A message) {
			if (this.answered < 0) {
				this.answered = elapsed();
			}
			super.sendMessage(message);
		}

		@Override
		public void close(Status status, Metadata trailers) {
			over(outcome(status));
			super.close(status, trailers);
		}

		/** The caller has left, or its connection is lost, or there was no time left. */
		void cancelled() {
			Deadline deadline = this.deadline;
			if (deadline != null && deadline.timeRemaining(TimeUnit.MILLISECONDS) <= SAME_MOMENT_MILLIS) {
				over(RequestOutcome.FAILURE);
			}
			else if (this.answered >= 0 || getMethodDescriptor().getType() == MethodType.UNARY) {
				over(RequestOutcome.CANCELLED);
			}
		}

		void over(RequestOutcome outcome) {
			GrayDecision decision = this.decision;
			if (decision != null && this.over.compareAndSet(false, true)) {
				this.requests.ended(decision, outcome, (this.answered >= 0) ? this.answered : elapsed());
			}
		}

		private long elapsed() {
			return this.ticker.getAsLong() - this.started;
		}

		/**
		 * What OpenTelemetry's conventions for gRPC call an error of the server is a
		 * failure; callers are to blame for the others.
		 */
		private static RequestOutcome outcome(Status status) {
			return switch (status.getCode()) {
				case OK -> RequestOutcome.SUCCESS;
				case CANCELLED -> RequestOutcome.CANCELLED;
				case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS ->
					RequestOutcome.FAILURE;
				default -> RequestOutcome.CLIENT_ERROR;
			};
		}

	}

	/** Hears of an end that no handler made. */
	private static final class TimedListener<Q> extends SimpleForwardingServerCallListener<Q> {

		private final TimedCall<Q, ?> call;

		TimedListener(ServerCall.Listener<Q> delegate, TimedCall<Q, ?> call) {
			super(delegate);
			this.call = call;
		}

		@Override
		public void onCancel() {
			this.call.cancelled();
			super.onCancel();
		}

		/** grpc-java itself closes a call whose handler throws. */
		@Override
		public void onComplete() {
			this.call.over(RequestOutcome.FAILURE);
			super.onComplete();
		}

	}

	/**
	 * Notes what was decided about a call; comes after the interceptor that decides.
	 */
	static final class Decided implements ServerInterceptor {

		@Override
		public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
				ServerCallHandler<Q, A> next) {
			TimedCall<?, ?> timed = KEY.get();
			if (timed != null) {
				timed.decision = GrayDecision.current();
			}
			return next.startCall(call, headers);
		}

	}

}
