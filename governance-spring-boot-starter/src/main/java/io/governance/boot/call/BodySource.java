package io.governance.boot.call;

import java.util.concurrent.atomic.AtomicLong;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

import io.governance.call.CallFailure;

/**
 * Where the body of a request comes from: perhaps from a caller who goes away, or takes
 * his time. Neither tells anything of whom the request is sent to. Thread-safe.
 */
final class BodySource {

	/** What whoever sends the body is ready to take now. */
	private final AtomicLong wanted = new AtomicLong();

	private volatile boolean ended;

	private volatile boolean failed;

	/** The body, which tells of its failure. */
	<T> Publisher<T> watched(Publisher<T> body) {
		return (body instanceof Mono<T> one) ? one.doOnError((ex) -> this.failed = true)
				: Flux.from(body).doOnError((ex) -> this.failed = true);
	}

	/** What is sent, part by part, which tells as well whether it is waited for. */
	<T> Publisher<T> sent(Publisher<T> parts) {
		return (parts instanceof Mono<T>) ? watched(parts)
				: Flux.from(parts)
					.doOnRequest((count) -> this.wanted.accumulateAndGet(count, Operators::addCap))
					.doOnNext((part) -> this.wanted.decrementAndGet())
					.doOnComplete(() -> this.ended = true)
					.doOnError((ex) -> this.failed = true);
	}

	/**
	 * Whether a try failed because of the body: it failed itself, or was waited for when
	 * the try was given up, for want of time as a rule.
	 * @param ex what the try ended with
	 * @return {@code true} if that tells nothing of whom it was sent to
	 */
	boolean isAtFault(Throwable ex) {
		return this.failed || (!this.ended && this.wanted.get() > 0 && !isOfConnection(CallFailure.of(ex)));
	}

	private static boolean isOfConnection(CallFailure failure) {
		return failure == CallFailure.NOT_SENT || failure == CallFailure.BROKEN_OFF;
	}

}
