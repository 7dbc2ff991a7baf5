package io.governance.boot.call;

import reactor.core.publisher.Mono;

import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

import io.governance.boot.loadbalancer.ChosenInstance;

/**
 * Ends the calls of Spring Cloud Gateway whose callers have gone: its own filter tells of
 * answers and failures alone.
 */
final class GatewayCallFilter implements WebFilter, Ordered {

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		return chain.filter(exchange).doOnCancel(() -> {
			if (exchange.getAttributes().get(ChosenInstance.GATEWAY_ATTRIBUTE) instanceof Response<?> response
					&& response.getServer() instanceof ChosenInstance chosen) {
				chosen.cancelled();
			}
		});
	}

}
