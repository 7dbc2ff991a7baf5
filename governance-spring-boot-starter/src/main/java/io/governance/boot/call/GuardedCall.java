package io.governance.boot.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import io.governance.Backoff;
import io.governance.boot.call.CallListener.RetryReason;
import io.governance.boot.loadbalancer.AvoidedInstances;
import io.governance.boot.loadbalancer.ChosenInstance;
import io.governance.boot.loadbalancer.OpenCall;
import io.governance.call.CallFailure;
import io.governance.call.Deadline;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;

/**
 * One call with all its tries: whom it went to, and whether there may be another one.
 * Used by one thread after the other.
 */
final class GuardedCall implements AvoidedInstances {

	private final ServiceGuard guard;

	private final String method;

	private final Deadline deadline;

	private final long started;

	private final List<Endpoint> tried = new ArrayList<>(2);

	private int tries;

	private CallTrace trace = CallTrace.NONE;

	/** Why another try is due. */
	private @Nullable RetryReason due;

	/** Why the try under way is another one. */
	private @Nullable RetryReason retrying;

	private @Nullable Backoff backoff;

	/** Before the next try, in nanoseconds. */
	private long pause;

	private final AtomicBoolean over = new AtomicBoolean();

	GuardedCall(ServiceGuard guard, String method, Deadline deadline) {
		this.guard = guard;
		this.method = method;
		this.deadline = deadline;
		this.started = guard.ticker().getAsLong();
	}

	/** From now on the tries are told. */
	GuardedCall tracedBy(CallTrace trace) {
		this.trace = trace;
		return this;
	}

	/** Whether this instance was tried already. */
	@Override
	public boolean test(Endpoint endpoint) {
		for (int i = 0; i < this.tried.size(); i++) {
			if (this.tried.get(i).isSameInstance(endpoint)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * A try goes to an instance.
	 * @param instance the instance
	 * @return the call to it; {@code null} if it is not one of ours
	 */
	@Nullable OpenCall tries(@Nullable Object instance) {
		if (instance instanceof ChosenInstance chosen) {
			tries(chosen.endpoint());
			return chosen.takeOver();
		}
		beginTry();
		return null;
	}

	/**
	 * A try goes to an instance, in the hands of who counts it.
	 * @param endpoint the instance
	 */
	void tries(Endpoint endpoint) {
		beginTry();
		this.tried.add(endpoint);
		this.trace.tries(this.tries, endpoint, this.retrying);
	}

	private void beginTry() {
		this.tries++;
		this.retrying = this.due;
		this.due = null;
	}

	int tries() {
		return this.tries;
	}

	/** The time that the next try may take. */
	long tryNanos() {
		return this.deadline.remainingNanos(this.guard.settings().tryTimeout());
	}

	/** When the next try must be over, with all that is waited for in it. */
	Deadline tryDeadline() {
		return this.deadline.earlier(Deadline.after(this.guard.settings().tryTimeout(), this.guard.ticker()));
	}

	/** Whether there may be another try after one without an answer. */
	boolean again(CallFailure failure, boolean sendable) {
		ended(outcomeOf(failure));
		return this.tries < this.guard.settings().policy().maxTries()
				&& this.guard.settings().policy().allows(this.method, failure, sendable)
				&& affordable(reasonOf(failure));
	}

	/** Whether there may be another try instead of this answer. */
	boolean again(int status, boolean sendable) {
		ended(Outcome.ofHttpStatus(status));
		return this.tries < this.guard.settings().policy().maxTries()
				&& this.guard.settings().policy().allows(this.method, status, sendable)
				&& affordable(RetryReason.STATUS);
	}

	private boolean affordable(RetryReason reason) {
		if (this.deadline.remainingNanos() <= 0) {
			return false;
		}
		if (!this.guard.budget().tryRetry()) {
			this.guard.listener().outOfBudget(this.guard.service());
			return false;
		}
		this.due = reason;
		return true;
	}

	/** The try under way has ended. */
	private void ended(Outcome outcome) {
		RetryReason reason = this.retrying;
		if (reason != null) {
			this.retrying = null;
			this.guard.listener().retried(this.guard.service(), reason, outcome);
		}
	}

	/** Which answers to read ahead: none if there could be no other try anyway. */
	ReadAhead readAhead() {
		CallSettings settings = this.guard.settings();
		boolean another = this.tries < settings.policy().maxTries()
				&& settings.policy().methods().contains(this.method);
		return another ? settings.readAhead() : ReadAhead.NONE;
	}

	/**
	 * Everybody was tried: from now on anybody may be, after a pause, if there is time
	 * for one.
	 */
	boolean startOver() {
		if (this.tried.isEmpty()) {
			return false;
		}
		if (this.backoff == null) {
			this.backoff = this.guard.newBackoff();
		}
		long pause = this.backoff.nextNanos();
		if (pause >= this.deadline.remainingNanos()) {
			return false;
		}
		this.tried.clear();
		this.pause = pause;
		return true;
	}

	/**
	 * How long to wait before the next try, which is not at all for an untried instance.
	 */
	long pauseNanos() {
		long pause = this.pause;
		this.pause = 0;
		return pause;
	}

	CallTimeoutException timeout(@Nullable Throwable cause) {
		long millis = TimeUnit.NANOSECONDS.toMillis(this.guard.ticker().getAsLong() - this.started);
		Duration limit = this.guard.settings().tryTimeout();
		return new CallTimeoutException("Service '" + this.guard.service() + "' did not answer: given up after "
				+ millis + " ms, in try " + Math.max(1, this.tries) + " (limit of a try " + limit.toMillis()
				+ " ms, of the call " + this.guard.settings().deadline().toMillis() + " ms or its own)", cause);
	}

	/** The call is over. Does nothing the second time. */
	void over(Outcome outcome) {
		if (!this.over.compareAndSet(false, true)) {
			return;
		}
		ended(outcome);
		ServiceBreaker breaker = this.guard.breaker();
		if (breaker != null) {
			// Nor does it tell anything of the service if nobody was asked.
			if (outcome == Outcome.CANCELLED || this.tries == 0) {
				breaker.released();
			}
			else {
				breaker.ended(this.guard.ticker().getAsLong() - this.started, outcome);
			}
		}
	}

	private static RetryReason reasonOf(CallFailure failure) {
		return switch (failure) {
			case NOT_SENT -> RetryReason.NOT_SENT;
			case TIMED_OUT -> RetryReason.TIMED_OUT;
			case BROKEN_OFF -> RetryReason.BROKEN_OFF;
			case ABANDONED, OTHER -> throw new IllegalArgumentException("Never tried again: " + failure);
		};
	}

	static Outcome outcomeOf(CallFailure failure) {
		return switch (failure) {
			case NOT_SENT, TIMED_OUT, BROKEN_OFF -> Outcome.FAILURE;
			case ABANDONED, OTHER -> Outcome.CANCELLED;
		};
	}

}
