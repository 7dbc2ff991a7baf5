package io.governance.boot.loadbalancer;

import java.time.Duration;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.governance.gray.LaneContext;

/**
 * Chooses an instance of one service for reactive calls. Waits for the first list of the
 * service without holding a thread. Thread-safe.
 */
final class ReactiveChoice {

	private final String service;

	private final ServiceBalancers balancers;

	private final Duration timeout;

	private final ReactiveCallLane lane;

	ReactiveChoice(String service, ServiceBalancers balancers, Duration timeout, ReactiveCallLane lane) {
		this.service = service;
		this.balancers = balancers;
		this.timeout = timeout;
		this.lane = lane;
	}

	/** Emits the choice, or an error of {@link NoInstanceException}. */
	Mono<ChosenInstance> choose() {
		return choose(CallTry.UNKNOWN);
	}

	/** Emits the choice for a further try, or an error of {@link NoInstanceException}. */
	Mono<ChosenInstance> choose(CallTry call) {
		return Mono.deferContextual((context) -> {
			LaneContext lanes = this.lane.in(context);
			ChosenInstance chosen = this.balancers.pick(this.service, lanes, call);
			if (chosen != null) {
				return Mono.just(chosen);
			}
			return this.balancers.isKnown(this.service) ? pick(lanes, call) : awaitAndPick(lanes, call);
		});
	}

	private Mono<ChosenInstance> awaitAndPick(LaneContext lanes, CallTry call) {
		// The thread that brings the list must not be held up by what the call does.
		return Mono.fromCompletionStage(() -> this.balancers.ready(this.service))
			.publishOn(Schedulers.parallel())
			.then()
			.timeout(this.timeout, Mono.empty())
			.then(Mono.defer(() -> pick(lanes, call)));
	}

	private Mono<ChosenInstance> pick(LaneContext lanes, CallTry call) {
		ChosenInstance chosen = this.balancers.pick(this.service, lanes, call);
		return (chosen != null) ? Mono.just(chosen)
				: Mono.error(() -> this.balancers.noInstance(this.service, lanes.laneFor(this.service).name()));
	}

}
