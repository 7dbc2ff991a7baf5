package io.governance.boot.call;

import java.time.Duration;
import java.util.function.Function;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import io.governance.call.Deadline;

/**
 * Gives reactive calls a deadline and a fallback. Immutable and thread-safe.
 */
public final class GovernanceReactiveCalls {

	static final Object DEADLINE = GovernanceReactiveCalls.class.getName();

	private final CallDeadlines deadlines;

	/** Zero for no deadline of its own. */
	private final Duration within;

	GovernanceReactiveCalls(CallDeadlines deadlines) {
		this(deadlines, Duration.ZERO);
	}

	private GovernanceReactiveCalls(CallDeadlines deadlines, Duration within) {
		this.deadlines = deadlines;
		this.within = within;
	}

	/**
	 * The same with a deadline for all that is called by service name, over all tries,
	 * until the answers begin. An earlier deadline still counts.
	 * @param deadline how long from the subscription; zero for none
	 * @return calls with this deadline
	 */
	public GovernanceReactiveCalls within(Duration deadline) {
		return new GovernanceReactiveCalls(this.deadlines, deadline);
	}

	/**
	 * Makes a call.
	 * @param call the call
	 * @param <T> the type of the answer
	 * @return the call under the deadline
	 */
	public <T> Mono<T> call(Mono<T> call) {
		return call.contextWrite(this::write);
	}

	/**
	 * Makes a call, or else the fallback. An answer of 4xx is no failure of the service
	 * and goes to the caller as it is.
	 * @param call the call
	 * @param fallback what to emit instead
	 * @param <T> the type of the answer
	 * @return the call under the deadline, with its fallback
	 */
	public <T> Mono<T> call(Mono<T> call, Function<? super Throwable, ? extends Mono<? extends T>> fallback) {
		return call(call).onErrorResume((ex) -> !ClientErrors.isClientError(ex), fallback);
	}

	/**
	 * Makes a call of many values, or else the fallback, which follows the values that
	 * came before the failure. An answer of 4xx is no failure of the service and goes to
	 * the caller as it is.
	 * @param call the call
	 * @param fallback what to emit instead
	 * @param <T> the type of the answer
	 * @return the call under the deadline, with its fallback
	 */
	public <T> Flux<T> call(Flux<T> call, Function<? super Throwable, ? extends Publisher<? extends T>> fallback) {
		return call.contextWrite(this::write).onErrorResume((ex) -> !ClientErrors.isClientError(ex), fallback);
	}

	private Context write(Context context) {
		if (this.within.isZero()) {
			return context;
		}
		Deadline deadline = this.deadlines.after(this.within);
		Deadline outer = context.getOrDefault(DEADLINE, null);
		return context.put(DEADLINE, (outer != null) ? deadline.earlier(outer) : deadline);
	}

}
