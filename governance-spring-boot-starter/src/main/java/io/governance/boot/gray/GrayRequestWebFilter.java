package io.governance.boot.gray;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

import io.governance.gray.GrayDecision;

/**
 * Times WebFlux requests once their lanes are decided.
 */
final class GrayRequestWebFilter implements WebFilter, Ordered {

	private final GrayRequestTimers timers;

	private final int order;

	/**
	 * Creates a filter.
	 * @param timers told of each request
	 * @param order the order, after the filter that decides the lanes
	 */
	GrayRequestWebFilter(GrayRequestTimers timers, int order) {
		this.timers = timers;
		this.order = order;
	}

	@Override
	public int getOrder() {
		return this.order;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		return Mono.deferContextual((context) -> {
			GrayDecision decision = context.getOrDefault(LaneKey.KEY, GrayDecision.STABLE);
			End end = new End(exchange, (decision != null) ? decision : GrayDecision.STABLE, System.nanoTime());
			return chain.filter(exchange).doOnError(end::failed).doFinally(end::ended);
		});
	}

	/** The end of a request. */
	private final class End {

		private final ServerWebExchange exchange;

		private final GrayDecision decision;

		private final long start;

		private @Nullable Throwable failure;

		End(ServerWebExchange exchange, GrayDecision decision, long start) {
			this.exchange = exchange;
			this.decision = decision;
			this.start = start;
		}

		void failed(Throwable failure) {
			this.failure = failure;
		}

		void ended(SignalType signal) {
			GrayRequestWebFilter.this.timers.ended(this.decision, outcome(signal), System.nanoTime() - this.start);
		}

		private RequestOutcome outcome(SignalType signal) {
			if (signal == SignalType.CANCEL) {
				return RequestOutcome.CANCELLED;
			}
			if (this.failure != null) {
				return answer(this.failure);
			}
			HttpStatusCode status = this.exchange.getResponse().getStatusCode();
			return (status != null) ? RequestOutcome.of(status.value()) : RequestOutcome.SUCCESS;
		}

		/** What those who come later will make of it. */
		private static RequestOutcome answer(Throwable failure) {
			if (failure instanceof ErrorResponse answered) {
				return RequestOutcome.of(answered.getStatusCode().value());
			}
			ResponseStatus status = AnnotatedElementUtils.findMergedAnnotation(failure.getClass(),
					ResponseStatus.class);
			return (status != null) ? RequestOutcome.of(status.code().value()) : RequestOutcome.FAILURE;
		}

	}

}
