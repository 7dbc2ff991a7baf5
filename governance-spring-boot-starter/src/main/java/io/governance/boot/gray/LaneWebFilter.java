package io.governance.boot.gray;

import java.security.Principal;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

import io.governance.boot.gray.LaneHttpHandler.Received;
import io.governance.gray.GrayDecision;

/**
 * Decides the lanes of a WebFlux request once, and puts them into the Reactor context of
 * all that follows.
 */
final class LaneWebFilter implements WebFilter, Ordered {

	private final LaneDecision decision;

	LaneWebFilter(LaneDecision decision) {
		this.decision = decision;
	}

	@Override
	public int getOrder() {
		return this.decision.order();
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		return Mono.deferContextual((context) -> {
			Received received = context.<Received>getOrEmpty(Received.class).orElseGet(() -> received(exchange));
			if (this.decision.settings().claims() == null) {
				return decided(exchange, chain, received, null);
			}
			return exchange.getPrincipal()
				.map(Optional::<Principal>of)
				.defaultIfEmpty(Optional.empty())
				.flatMap((principal) -> decided(exchange, chain, received, principal.orElse(null)));
		});
	}

	private Received received(ServerWebExchange exchange) {
		ReactiveInbound inbound = new ReactiveInbound(this.decision.settings(), exchange.getRequest());
		return new Received(inbound, this.decision.told(inbound));
	}

	private Mono<Void> decided(ServerWebExchange exchange, WebFilterChain chain, Received received,
			@Nullable Principal principal) {
		received.inbound().authenticated(principal);
		GrayDecision decision = this.decision.decide(received.inbound(), received.told());
		ServerRequestObservationContext.findCurrent(exchange.getAttributes())
			.ifPresent((context) -> LaneObservations.tell(context, decision));
		Mono<Void> result = chain.filter(exchange);
		return (decision == GrayDecision.STABLE) ? result
				: result.contextWrite((context) -> context.put(LaneKey.KEY, decision));
	}

}
