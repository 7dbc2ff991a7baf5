package io.governance.grpc;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
final class GuardedClientCall<Q, A> extends ClientCall<Q, A> implements CallTry.Owner {

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
	private volatile List<Endpoint> tried = CallRoute.NOBODY;

	/** The newest try, from before it begins. */
	private @Nullable CallTry<A> newest;

	/** The call of that try; the rest of the state is what it has been given so far. */
	private @Nullable ClientCall<Q, A> current;

	private @Nullable Q message;

	private int requested;

	private boolean halfClosed;

	/** Another try is due as soon as the caller has said all. */
	private boolean due;

	/** Another try is due after a pause. */
	private @Nullable Future<?> pause;

	private @Nullable Boolean compression;

	private @Nullable Cancellation cancelled;

	private final AtomicBoolean over = new AtomicBoolean();

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
	public void tried(Endpoint endpoint) {
		List<Endpoint> tried = new ArrayList<>(this.tried);
		tried.add(endpoint);
		this.tried = List.copyOf(tried);
	}

	@Override
	public void over(Outcome outcome) {
		Guarded guarded = this.guarded;
		if (guarded != null && this.over.compareAndSet(false, true)) {
			guarded.over(outcome);
		}
	}

	@Override
	public void start(Listener<A> listener, Metadata headers) {
		this.listener = listener;
		this.headers = headers;
		try {
			this.guarded = this.guard.get();
		}
		catch (GovernanceException ex) {
			end(Status.UNAVAILABLE.withDescription(ex.getMessage()).withCause(ex));
			return;
		}
		try {
			startTry(this.guarded, listener);
		}
		catch (RuntimeException | Error ex) {
			over(Outcome.CANCELLED);
			throw ex;
		}
	}

	private void startTry(Guarded guarded, Listener<A> listener) {
		long nanos = guarded.tryNanos();
		CallTry<A> attempt = new CallTry<>(this.method.getType(), guarded, listener, this, this.timer);
		synchronized (this) {
			this.newest = attempt;
		}
		CallOptions options = this.options.withOption(CallKeys.ROUTE, attempt);
		if (this.method.getType() == MethodType.UNARY && nanos != Long.MAX_VALUE) {
			Deadline limit = Deadline.after(nanos, TimeUnit.NANOSECONDS);
			options = options.withDeadline((this.deadline != null) ? limit.minimum(this.deadline) : limit);
		}
		ClientCall<Q, A> call = this.next.newCall(this.method, options);
		Metadata headers = new Metadata();
		headers.merge(this.headers);
		call.start(attempt, headers);
		try {
			replay(attempt, call);
		}
		catch (RuntimeException ex) {
			// Cancelled meanwhile, most likely. The end of the try tells the caller.
			call.cancel("The call could not be begun", ex);
			return;
		}
		if (this.method.getType() == MethodType.SERVER_STREAMING && nanos != Long.MAX_VALUE) {
			attempt.limit(call, nanos);
		}
	}

	/**
	 * Gives a try what others were given before, unless it has ended already, and the
	 * next one has taken its place.
	 */
	private void replay(CallTry<A> attempt, ClientCall<Q, A> call) {
		Q message;
		int requested;
		boolean halfClosed;
		Boolean compression;
		Cancellation cancelled;
		synchronized (this) {
			if (this.newest != attempt) {
				return;
			}
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
			this.requested = (int) Math.min((long) this.requested + count, Integer.MAX_VALUE);
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
		if (!endBetweenTries(Status.CANCELLED.withDescription(message).withCause(cause)) && call != null) {
			call.cancel(message, cause);
		}
	}

	/** Ends the call if no try is under way that would. */
	private boolean endBetweenTries(Status status) {
		Future<?> pause;
		synchronized (this) {
			pause = this.pause;
			if (!this.due && pause == null) {
				return false;
			}
			this.due = false;
			this.pause = null;
		}
		if (pause != null) {
			pause.cancel(false);
		}
		end(status);
		return true;
	}

	/**
	 * Ends the call, on its executor if it has one: a blocking caller wakes for what is
	 * given to that, and for nothing else.
	 */
	private void end(Status status) {
		over(Outcome.CANCELLED);
		Listener<A> listener = this.listener;
		if (listener == null) {
			return;
		}
		Runnable close = this.context.wrap(() -> listener.onClose(status, new Metadata()));
		Executor executor = this.options.getExecutor();
		if (executor == null) {
			close.run();
			return;
		}
		try {
			executor.execute(close);
		}
		catch (RejectedExecutionException ex) {
			// Whoever ended the executor must be told all the same.
			close.run();
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

	/** Waits until the caller has said all. */
	@Override
	public void another() {
		boolean complete;
		Cancellation cancelled;
		synchronized (this) {
			complete = this.halfClosed;
			cancelled = this.cancelled;
			this.due = !complete && cancelled == null;
		}
		if (cancelled != null) {
			end(Status.CANCELLED.withDescription(cancelled.message()).withCause(cancelled.cause()));
		}
		else if (complete) {
			startAgain();
		}
		else {
			awaitHalfClose();
		}
	}

	private void startAgain() {
		String lane = lanes().laneFor(this.options.getOption(CallKeys.SERVICE)).name();
		List<Endpoint> tried = this.tried;
		if (this.picks.pick(lane, PickRequest.ANY,
				(endpoint) -> tried.stream().anyMatch(endpoint::isSameInstance)) != null) {
			startAnotherTry();
			return;
		}
		this.tried = CallRoute.NOBODY;
		pause();
	}

	private void pause() {
		Guarded guarded = this.guarded;
		if (guarded == null) {
			return;
		}
		long nanos = guarded.pauseNanos();
		if (this.deadline != null) {
			nanos = Math.max(0, Math.min(nanos, this.deadline.timeRemaining(TimeUnit.NANOSECONDS)));
		}
		try {
			synchronized (this) {
				this.pause = this.timer.schedule(this.context.wrap(this::endPause), nanos, TimeUnit.NANOSECONDS);
			}
		}
		catch (RejectedExecutionException ex) {
			// Closed: nobody waits any more.
			this.context.run(this::startAnotherTry);
		}
	}

	private void endPause() {
		synchronized (this) {
			if (this.pause == null) {
				// The call has ended just as its pause was over.
				return;
			}
			this.pause = null;
		}
		startAnotherTry();
	}

	/** Nobody is there to throw to: what fails ends the call. */
	private void startAnotherTry() {
		Guarded guarded = this.guarded;
		Listener<A> listener = this.listener;
		if (guarded != null && listener != null) {
			try {
				startTry(guarded, listener);
			}
			catch (RuntimeException | Error ex) {
				end(Status.fromThrowable(ex));
			}
		}
	}

	/** The caller, who has not said all yet, waits no longer than its deadline. */
	private void awaitHalfClose() {
		Deadline deadline = this.deadline;
		if (deadline != null) {
			try {
				this.timer.schedule(() -> endBetweenTries(Status.DEADLINE_EXCEEDED),
						Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS)), TimeUnit.NANOSECONDS);
			}
			catch (RejectedExecutionException ex) {
				// Closed: the next try fails at once.
			}
		}
	}

	@Override
	public synchronized boolean isRepeatable() {
		return this.cancelled == null && !this.context.isCancelled() && this.method.getType().clientSendsOneMessage()
				&& !(this.message instanceof InputStream) && (this.deadline == null || !this.deadline.isExpired());
	}

	private record Cancellation(@Nullable String message, @Nullable Throwable cause) {
	}

}
