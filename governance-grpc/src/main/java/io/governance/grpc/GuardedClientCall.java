package io.governance.grpc;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.governance.GovernanceException;
import io.governance.call.CallFailure;
import io.governance.gray.LaneContext;
import io.governance.grpc.CallGuard.Guarded;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;
import io.governance.loadbalancer.PickRequest;

/**
 * One call with all its tries. A call with a single message keeps that, and is tried
 * again on another instance if it fails before anything of an answer was handed over; the
 * answer of a unary call is handed over when it is complete. Other calls have one try.
 */
final class GuardedClientCall<Q, A> extends ClientCall<Q, A> implements CallRoute {

	private final MethodDescriptor<Q, A> method;

	private final CallOptions options;

	private final Channel next;

	private final Supplier<Guarded> guard;

	private final ServicePicks picks;

	private final ScheduledExecutorService timer;

	private final Context context = Context.current();

	private final @Nullable Deadline deadline;

	private @Nullable Guarded guarded;

	private @Nullable Listener<A> listener;

	private Metadata headers = new Metadata();

	/** Who must not be tried again as long as there are others. */
	private volatile List<Endpoint> tried = NOBODY;

	/** Whether the try under way has gone to anybody. */
	private volatile boolean sent;

	/** The try under way; the rest of the state is what it has been given so far. */
	private @Nullable ClientCall<Q, A> current;

	private @Nullable Q message;

	private int requested;

	private boolean halfClosed;

	/** Another try is due as soon as the caller has said all. */
	private boolean due;

	private @Nullable Boolean compression;

	private @Nullable Cancellation cancelled;

	GuardedClientCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next, Supplier<Guarded> guard,
			ServicePicks picks, ScheduledExecutorService timer) {
		this.method = method;
		this.options = options;
		this.next = next;
		this.guard = guard;
		this.picks = picks;
		this.timer = timer;
		Deadline own = options.getDeadline();
		Deadline outer = this.context.getDeadline();
		this.deadline = (own != null && outer != null) ? own.minimum(outer) : (own != null) ? own : outer;
	}

	@Override
	public LaneContext lanes() {
		return this.options.getOption(CallKeys.ROUTE).lanes();
	}

	@Override
	public List<Endpoint> tried() {
		return this.tried;
	}

	@Override
	public void sentTo(Endpoint endpoint) {
		Guarded guarded = this.guarded;
		// grpc-java itself repeats within one try what has not left it.
		if (!this.sent && guarded != null) {
			this.sent = true;
			guarded.tries(endpoint);
		}
		List<Endpoint> tried = new ArrayList<>(this.tried);
		tried.add(endpoint);
		this.tried = List.copyOf(tried);
	}

	@Override
	public void start(Listener<A> listener, Metadata headers) {
		this.listener = listener;
		this.headers = headers;
		try {
			this.guarded = this.guard.get();
		}
		catch (GovernanceException ex) {
			listener.onClose(Status.UNAVAILABLE.withDescription(ex.getMessage()).withCause(ex), new Metadata());
			return;
		}
		try {
			startTry(this.guarded, listener);
		}
		catch (RuntimeException ex) {
			this.guarded.over(Outcome.CANCELLED);
			throw ex;
		}
	}

	private void startTry(Guarded guarded, Listener<A> listener) {
		this.sent = false;
		long nanos = guarded.tryNanos();
		CallOptions options = this.options.withOption(CallKeys.ROUTE, this);
		if (this.method.getType() == MethodType.UNARY && nanos != Long.MAX_VALUE) {
			Deadline limit = Deadline.after(nanos, TimeUnit.NANOSECONDS);
			options = options.withDeadline((this.deadline != null) ? limit.minimum(this.deadline) : limit);
		}
		ClientCall<Q, A> call = this.next.newCall(this.method, options);
		Metadata headers = new Metadata();
		headers.merge(this.headers);
		Try attempt = new Try(call, guarded, listener);
		call.start(attempt, headers);
		if (this.method.getType() == MethodType.SERVER_STREAMING && nanos != Long.MAX_VALUE) {
			attempt.limit(nanos);
		}
		replay(call);
	}

	/** Gives a try what others were given before. */
	private void replay(ClientCall<Q, A> call) {
		Q message;
		int requested;
		boolean halfClosed;
		Boolean compression;
		Cancellation cancelled;
		synchronized (this) {
			this.current = call;
			message = this.message;
			requested = this.requested;
			halfClosed = this.halfClosed;
			compression = this.compression;
			cancelled = this.cancelled;
		}
		if (cancelled != null) {
			call.cancel(cancelled.message(), cancelled.cause());
			return;
		}
		if (compression != null) {
			call.setMessageCompression(compression);
		}
		if (requested > 0) {
			call.request(requested);
		}
		if (message != null) {
			call.sendMessage(message);
		}
		if (halfClosed) {
			call.halfClose();
		}
	}

	private synchronized @Nullable ClientCall<Q, A> current() {
		return this.current;
	}

	@Override
	public void request(int count) {
		ClientCall<Q, A> call;
		synchronized (this) {
			this.requested += count;
			call = this.current;
		}
		if (call != null) {
			call.request(count);
		}
	}

	@Override
	public void sendMessage(Q message) {
		ClientCall<Q, A> call;
		synchronized (this) {
			if (this.method.getType().clientSendsOneMessage()) {
				this.message = message;
			}
			call = this.current;
		}
		if (call != null) {
			call.sendMessage(message);
		}
	}

	@Override
	public void halfClose() {
		ClientCall<Q, A> call;
		boolean due;
		synchronized (this) {
			this.halfClosed = true;
			due = this.due;
			this.due = false;
			call = this.current;
		}
		if (due) {
			startAgain();
		}
		else if (call != null) {
			call.halfClose();
		}
	}

	@Override
	public void cancel(@Nullable String message, @Nullable Throwable cause) {
		ClientCall<Q, A> call;
		synchronized (this) {
			this.cancelled = new Cancellation(message, cause);
			call = this.current;
		}
		if (call != null) {
			call.cancel(message, cause);
		}
	}

	@Override
	public boolean isReady() {
		ClientCall<Q, A> call = current();
		return call != null && call.isReady();
	}

	@Override
	public void setMessageCompression(boolean enabled) {
		synchronized (this) {
			this.compression = enabled;
		}
		ClientCall<Q, A> call = current();
		if (call != null) {
			call.setMessageCompression(enabled);
		}
	}

	@Override
	public Attributes getAttributes() {
		ClientCall<Q, A> call = current();
		return (call != null) ? call.getAttributes() : Attributes.EMPTY;
	}

	private void startAgain() {
		Guarded guarded = this.guarded;
		Listener<A> listener = this.listener;
		if (guarded == null || listener == null) {
			return;
		}
		String lane = lanes().laneFor(this.options.getOption(CallKeys.SERVICE)).name();
		List<Endpoint> tried = this.tried;
		if (this.picks.pick(lane, PickRequest.ANY,
				(endpoint) -> tried.stream().anyMatch(endpoint::isSameInstance)) != null) {
			startAgain(guarded, listener);
			return;
		}
		this.tried = NOBODY;
		Runnable again = this.context.wrap(() -> startAgain(guarded, listener));
		try {
			this.timer.schedule(again, guarded.pauseNanos(), TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// Closed: nobody waits any more.
			again.run();
		}
	}

	/** Nobody is there to throw to: what fails ends the call. */
	private void startAgain(Guarded guarded, Listener<A> listener) {
		try {
			startTry(guarded, listener);
		}
		catch (RuntimeException ex) {
			guarded.over(Outcome.CANCELLED);
			listener.onClose(Status.fromThrowable(ex), new Metadata());
		}
	}

	private boolean isResendable() {
		return this.method.getType().clientSendsOneMessage() && !(this.message instanceof InputStream);
	}

	private synchronized boolean isCancelled() {
		return this.cancelled != null || this.context.isCancelled();
	}

	private record Cancellation(@Nullable String message, @Nullable Throwable cause) {
	}

	/** Listens to one try. Called by one thread after the other, but where noted. */
	private final class Try extends Listener<A> implements Runnable {

		private final ClientCall<Q, A> call;

		private final Guarded guarded;

		private final Listener<A> listener;

		private final boolean unary = GuardedClientCall.this.method.getType() == MethodType.UNARY;

		private volatile @Nullable Metadata headers;

		private volatile @Nullable A answer;

		/** Something was handed over, or at least began. */
		private volatile boolean answered;

		private volatile boolean timedOut;

		private volatile @Nullable Future<?> limit;

		Try(ClientCall<Q, A> call, Guarded guarded, Listener<A> listener) {
			this.call = call;
			this.guarded = guarded;
			this.listener = listener;
		}

		void limit(long nanos) {
			try {
				this.limit = GuardedClientCall.this.timer.schedule(this, nanos, TimeUnit.NANOSECONDS);
			}
			catch (RejectedExecutionException ex) {
				// Closed: the call ends with its channel.
			}
		}

		/** No answer came in time. On the thread of the timer. */
		@Override
		public void run() {
			if (!this.answered) {
				this.timedOut = true;
				this.call.cancel("The answer did not begin in time", null);
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
					: closed;
			if (!this.answered && again(status)) {
				boolean complete;
				synchronized (GuardedClientCall.this) {
					complete = GuardedClientCall.this.halfClosed;
					GuardedClientCall.this.due = !complete;
				}
				if (complete) {
					startAgain();
				}
				return;
			}
			this.guarded.over(CallOutcome.of(status));
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
			Deadline deadline = GuardedClientCall.this.deadline;
			if (!isResendable() || isCancelled() || (deadline != null && deadline.isExpired())) {
				return false;
			}
			return switch (status.getCode()) {
				// If nobody was asked, nobody could be: all were looked at.
				case UNAVAILABLE -> GuardedClientCall.this.sent && this.guarded.again(CallFailure.BROKEN_OFF);
				// An instance that ends by force cancels what it works on.
				case CANCELLED -> this.guarded.again(CallFailure.BROKEN_OFF);
				case DEADLINE_EXCEEDED -> this.guarded.again(CallFailure.TIMED_OUT);
				default -> false;
			};
		}

	}

}
