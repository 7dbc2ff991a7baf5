package io.governance.grpc.boot;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.governance.DaemonThreads;
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

/**
 * Gives a deadline to unary calls whose callers set none. When it is over, the call ends
 * as if its caller had set it: the answer is {@code DEADLINE_EXCEEDED}, and the context
 * of the handler is cancelled, with all that it calls over gRPC.
 */
final class DefaultDeadlineServerInterceptor implements ServerInterceptor, AutoCloseable {

	private final Duration limit;

	private final ScheduledThreadPoolExecutor timer;

	/**
	 * Creates an interceptor.
	 * @param limit from the arrival of a call to its end; zero for none
	 */
	DefaultDeadlineServerInterceptor(Duration limit) {
		this.limit = limit;
		this.timer = new ScheduledThreadPoolExecutor(1, new DaemonThreads("governance-grpc-deadlines"));
		this.timer.setRemoveOnCancelPolicy(true);
	}

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		if (call.getMethodDescriptor().getType() != MethodType.UNARY || this.limit.isZero()
				|| Context.current().getDeadline() != null) {
			return next.startCall(call, headers);
		}
		Deadline deadline = Deadline.after(this.limit.toNanos(), TimeUnit.NANOSECONDS);
		LimitedCall<Q, A> limited = new LimitedCall<>(call, deadline, this.limit);
		Context.CancellableContext context = Context.current().withDeadline(deadline, this.timer);
		context.addListener((cancelled) -> {
			if (cancelled.cancellationCause() instanceof TimeoutException) {
				limited.expire();
			}
		}, Runnable::run);
		try {
			return new LimitedListener<>(Contexts.interceptCall(context, limited, headers, next), limited, context);
		}
		catch (RuntimeException ex) {
			context.cancel(ex);
			throw ex;
		}
	}

	/** Calls that wait for their deadline have none any more. */
	@Override
	public void close() {
		this.timer.shutdownNow();
	}

	/**
	 * A call that its deadline may end, on the thread of the timer. What the handler
	 * sends after that goes nowhere.
	 */
	private static final class LimitedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

		private final Deadline deadline;

		private final Duration limit;

		private boolean closed;

		private boolean expired;

		LimitedCall(ServerCall<Q, A> delegate, Deadline deadline, Duration limit) {
			super(delegate);
			this.deadline = deadline;
			this.limit = limit;
		}

		synchronized void expire() {
			if (!this.closed) {
				this.expired = true;
				this.closed = true;
				super.close(
						Status.DEADLINE_EXCEEDED
							.withDescription("The call had no deadline of its own, and took longer than " + this.limit),
						new Metadata());
			}
		}

		synchronized boolean hasExpired() {
			return this.expired;
		}

		@Override
		public synchronized void sendHeaders(Metadata headers) {
			if (!this.expired) {
				super.sendHeaders(headers);
			}
		}

		@Override
		public synchronized void sendMessage(A message) {
			if (!this.expired) {
				super.sendMessage(message);
			}
		}

		@Override
		public synchronized void close(Status status, Metadata trailers) {
			if (!status.isOk() && this.deadline.isExpired()) {
				// What the handler called failed by the same deadline.
				expire();
			}
			if (!this.expired) {
				this.closed = true;
				super.close(status, trailers);
			}
		}

	}

	/** Stops the clock at the end. To a handler an expired call is a cancelled one. */
	private static final class LimitedListener<Q> extends SimpleForwardingServerCallListener<Q> {

		private final LimitedCall<Q, ?> call;

		private final Context.CancellableContext context;

		LimitedListener(ServerCall.Listener<Q> delegate, LimitedCall<Q, ?> call, Context.CancellableContext context) {
			super(delegate);
			this.call = call;
			this.context = context;
		}

		@Override
		public void onComplete() {
			this.context.cancel(null);
			if (this.call.hasExpired()) {
				super.onCancel();
			}
			else {
				super.onComplete();
			}
		}

		@Override
		public void onCancel() {
			this.context.cancel(null);
			super.onCancel();
		}

	}

}
