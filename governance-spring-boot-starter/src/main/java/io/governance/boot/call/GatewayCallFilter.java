package io.governance.boot.call;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.ReactiveLoadBalancerClientFilter;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;

import io.governance.boot.loadbalancer.ChosenInstance;

/**
 * Ends the calls of Spring Cloud Gateway that are given up, by callers that have gone,
 * also in the midst of what they send, or by filters of the route: its own filter tells
 * of answers and failures alone, and not whose they are.
 */
final class GatewayCallFilter implements GlobalFilter, Ordered {

	@Override
	public int getOrder() {
		return ReactiveLoadBalancerClientFilter.LOAD_BALANCER_CLIENT_FILTER_ORDER + 1;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		// Remembered: a fallback may make another choice for the same exchange.
		return Mono
			.defer(() -> (exchange.getAttributes().get(ChosenInstance.GATEWAY_ATTRIBUTE) instanceof Response<?> response
					&& response.getServer() instanceof ChosenInstance chosen) ? filter(exchange, chain, chosen)
							: chain.filter(exchange));
	}

	private static Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain, ChosenInstance chosen) {
		BodySource caller = new BodySource();
		ServerWebExchange watched = exchange.mutate().request(new Watched(exchange.getRequest(), caller)).build();
		return chain.filter(watched).doOnError((ex) -> {
			if (caller.isAtFault(ex)) {
				chosen.cancelled();
			}
		}).doOnCancel(chosen::cancelled);
	}

	/** A request whose body the caller sends. */
	private static final class Watched extends ServerHttpRequestDecorator {

		private final BodySource caller;

		Watched(ServerHttpRequest request, BodySource caller) {
			super(request);
			this.caller = caller;
		}

		@Override
		public Flux<DataBuffer> getBody() {
			return Flux.from(this.caller.sent(super.getBody()));
		}

	}

}
