package io.governance.boot.gray;

import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.ReactiveLoadBalancerClientFilter;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;

import io.governance.boot.loadbalancer.ReactiveCallLane;

/**
 * Passes the lanes on with what Spring Cloud Gateway sends, on every route. What came in
 * that header, or a route's own filters put there, is not sent.
 */
final class LaneGatewayFilter implements GlobalFilter, Ordered {

	private final String header;

	private final ReactiveCallLane lane;

	LaneGatewayFilter(String header, ReactiveCallLane lane) {
		this.header = header;
		this.lane = lane;
	}

	@Override
	public int getOrder() {
		return ReactiveLoadBalancerClientFilter.LOAD_BALANCER_CLIENT_FILTER_ORDER + 1;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		return Mono.deferContextual((context) -> chain.filter(with(exchange, this.lane.in(context).toHeader())));
	}

	private ServerWebExchange with(ServerWebExchange exchange, String lanes) {
		if (lanes.isEmpty() && exchange.getRequest().getHeaders().getFirst(this.header) == null) {
			return exchange;
		}
		return exchange.mutate().request((request) -> request.headers((headers) -> {
			if (lanes.isEmpty()) {
				headers.remove(this.header);
			}
			else {
				headers.set(this.header, lanes);
			}
		})).build();
	}

}
