package io.governance.grpc;

import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.governance.call.CallFailure;
import io.governance.gray.LaneContext;
import io.governance.grpc.CallGuard.Guarded;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;

/**
 * One try of a call: where it may go, and what comes of it. Listens on one thread after
 * the other; the rest is asked on any thread.
 */
final class CallTry<A> extends ClientCall.Listener<A> implements CallRoute {

	private final boolean unary;

	private final Guarded guarded;

	private final ClientCall.Listener<A> listener;

	private final Owner owner;

	private final ScheduledExecutorService timer;

	/** Whether this try has gone to anybody. */
	private volatile boolean sent;

	private volatile @Nullable Metadata headers;

	private volatile @Nullable A answer;

	/** Something was handed over, or at least began. */
	private volatile boolean answered;

	private volatile boolean timedOut;

	private volatile @Nullable Future<?> limit;

	/** Counts at its instance. */
	private final TryStream stream = new TryStream();

	CallTry(MethodType type, Guarded guarded, ClientCall.Listener<A> listener, Owner owner,
			ScheduledExecutorService timer) {
		this.unary = type == MethodType.UNARY;
		this.guarded = guarded;
		this.listener = listener;
		this.owner = owner;
		this.timer = timer;
	}

	@Override
	public LaneContext lanes() {
		return this.owner.lanes();
	}

	@Override
	public List<Endpoint> tried() {
		return this.owner.tried();
	}

	@Override
	public boolean sentTo(EndpointTracer stream) {
		if (!this.stream.begins(stream)) {
			return false;
		}
		// grpc-java itself repeats within one try what has not left it.
		if (!this.sent) {
			this.sent = true;
			this.guarded.tries(stream.endpoint());
		}
		this.owner.tried(stream.endpoint());
		return true;
	}

	/** Cancels the try if its answer does not begin in time. */
	void limit(ClientCall<?, A> call, long nanos) {
		try {
			this.limit = this.timer.schedule(() -> expired(call), nanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// Closed: the call ends with its channel.
		}
		if (this.answered || this.stream.isOver()) {
			stopLimit();
		}
	}

	/** No answer came in time. On the thread of the timer. */
	private void expired(ClientCall<?, A> call) {
		if (!this.answered) {
			this.timedOut = true;
			this.stream.over(Outcome.FAILURE);
			call.cancel("The answer did not begin in time", null);
		}
	}

	@Override
	public void onHeaders(Metadata headers) {
		if (this.unary) {
			this.headers = headers;
			return;
		}
		answers();
		this.listener.onHeaders(headers);
	}

	@Override
	public void onMessage(A message) {
		if (this.unary && this.answer == null) {
			this.answer = message;
			return;
		}
		answers();
		this.listener.onMessage(message);
	}

	private void answers() {
		if (!this.answered) {
			this.answered = true;
			stopLimit();
			if (!this.unary) {
				// How long a stream lasts tells nothing of the service.
				this.owner.over(Outcome.SUCCESS);
			}
		}
	}

	private void stopLimit() {
		Future<?> limit = this.limit;
		if (limit != null) {
			limit.cancel(false);
		}
	}

	@Override
	public void onReady() {
		this.listener.onReady();
	}

	@Override
	public void onClose(Status closed, Metadata trailers) {
		stopLimit();
		Status status = this.timedOut
				? Status.DEADLINE_EXCEEDED.withDescription("The answer did not begin within the limit of a try")
				: explained(closed);
		this.stream.over(CallOutcome.of(status));
		if (!this.answered && again(status)) {
			this.owner.another();
			return;
		}
		this.owner.over(CallOutcome.of(status));
		try {
			handOver();
		}
		catch (RuntimeException ex) {
			// So grpc-java ends a call whose listener fails.
			this.listener.onClose(Status.CANCELLED.withDescription("Failed to read the answer").withCause(ex),
					new Metadata());
			return;
		}
		this.listener.onClose(status, trailers);
	}

	/**
	 * An instance that is gone is unavailable, even if a write of ours is the first to
	 * meet the closed connection: of that grpc-java's Netty transport says no more than
	 * {@code UNKNOWN}. What a server answers has no cause.
	 */
	private static Status explained(Status status) {
		return (status.getCode() == Status.Code.UNKNOWN && status.getCause() instanceof ClosedChannelException)
				? Status.UNAVAILABLE.withDescription(status.getDescription()).withCause(status.getCause()) : status;
	}

	/** What was kept back, if anything. */
	private void handOver() {
		Metadata headers = this.headers;
		if (headers != null) {
			this.listener.onHeaders(headers);
		}
		A answer = this.answer;
		if (answer != null) {
			this.listener.onMessage(answer);
		}
	}

	private boolean again(Status status) {
		if (!this.owner.isRepeatable()) {
			return false;
		}
		return switch (status.getCode()) {
			// If nobody was asked, nobody could be: all were looked at.
			case UNAVAILABLE -> this.sent && this.guarded.again(CallFailure.BROKEN_OFF);
			// An instance that ends by force cancels what it works on.
			case CANCELLED -> this.guarded.again(CallFailure.BROKEN_OFF);
			case DEADLINE_EXCEEDED -> this.guarded.again(CallFailure.TIMED_OUT);
			default -> false;
		};
	}

	/** The call that has tries. */
	interface Owner {

		/** The lanes of the call. */
		LaneContext lanes();

		/** The instances that were tried already. */
		List<Endpoint> tried();

		/** An instance is being tried. */
		void tried(Endpoint endpoint);

		/** Nothing more is to be told of the call. Does nothing the second time. */
		void over(Outcome outcome);

		/** Whether there is anybody who wants another try, and something to send. */
		boolean isRepeatable();

		/** Makes another try in the place of this one, which has ended. */
		void another();

	}

}
