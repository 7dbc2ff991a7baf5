package io.governance.boot.gray;

import java.net.InetSocketAddress;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

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
		return Ordered.HIGHEST_PRECEDENCE + 50;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		GrayDecision decision = this.decision.decide(new ReactiveInbound(exchange.getRequest()));
		Mono<Void> result = chain.filter(exchange);
		return (decision == GrayDecision.STABLE) ? result
				: result.contextWrite((context) -> context.put(LaneKey.KEY, decision));
	}

	private record ReactiveInbound(ServerHttpRequest request) implements LaneDecision.Inbound {

		@Override
		public @Nullable String header(String name) {
			return this.request.getHeaders().getFirst(name);
		}

		@Override
		public boolean isFrom(TrustedPeers peers) {
			InetSocketAddress peer = this.request.getRemoteAddress();
			return peer != null && peer.getAddress() != null && peers.trusts(peer.getAddress());
		}

	}

}
