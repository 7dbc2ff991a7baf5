package io.governance.boot.call;

import reactor.core.publisher.Mono;

import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.ReactiveLoadBalancerClientFilter;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;

import io.governance.boot.loadbalancer.ChosenInstance;

/**
 * Ends the calls of Spring Cloud Gateway that are given up, by callers that have gone or
 * by filters of the route: its own filter tells of answers and failures alone.
 */
final class GatewayCallFilter implements GlobalFilter, Ordered {

	@Override
	public int getOrder() {
		return ReactiveLoadBalancerClientFilter.LOAD_BALANCER_CLIENT_FILTER_ORDER + 1;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		// Remembered: a fallback may make another choice for the same exchange.
		return Mono.defer(() -> {
			Mono<Void> call = chain.filter(exchange);
			return (exchange.getAttributes().get(ChosenInstance.GATEWAY_ATTRIBUTE) instanceof Response<?> response
					&& response.getServer() instanceof ChosenInstance chosen) ? call.doOnCancel(chosen::cancelled)
							: call;
		});
	}

}
