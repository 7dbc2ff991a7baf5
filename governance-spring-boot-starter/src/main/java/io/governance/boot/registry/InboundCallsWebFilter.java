package io.governance.boot.registry;

import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Tells of each WebFlux request that it has come.
 */
final class InboundCallsWebFilter implements WebFilter, Ordered {

	private final InboundCalls calls;

	private final ProbeRequests probes;

	InboundCallsWebFilter(InboundCalls calls, ProbeRequests probes) {
		this.calls = calls;
		this.probes = probes;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		if (!this.probes.matches(request.getPath().pathWithinApplication().value(),
				request.getHeaders().getFirst(HttpHeaders.USER_AGENT))) {
			this.calls.arrived();
		}
		return chain.filter(exchange);
	}

}
