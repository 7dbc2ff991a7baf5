package io.governance.boot.gray;

import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.ReactiveLoadBalancerClientFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;

import io.governance.boot.loadbalancer.ReactiveCallLane;
import io.governance.gray.LaneContext;

/**
 * Passes the lanes on with what Spring Cloud Gateway sends, on every route. What came
 * there, or a route's own filters put there, is not sent.
 */
final class LaneGatewayFilter implements GlobalFilter, Ordered {

	private static final String LANES = LaneGatewayFilter.class.getName() + ".LANES";

	private final LaneHeaders headers;

	private final ReactiveCallLane lane;

	LaneGatewayFilter(LaneCarrier carrier, ReactiveCallLane lane) {
		this.headers = new LaneHeaders(carrier);
		this.lane = lane;
	}

	@Override
	public int getOrder() {
		return ReactiveLoadBalancerClientFilter.LOAD_BALANCER_CLIENT_FILTER_ORDER + 1;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		return Mono.deferContextual((context) -> chain.filter(with(exchange, this.lane.in(context))));
	}

	private ServerWebExchange with(ServerWebExchange exchange, LaneContext lanes) {
		exchange.getAttributes().put(LANES, lanes);
		if (!this.headers.changes(lanes, exchange.getRequest().getHeaders())) {
			return exchange;
		}
		return exchange.mutate()
			.request((request) -> request.headers((headers) -> this.headers.write(lanes, headers)))
			.build();
	}

	/**
	 * Puts the lanes back where the gateway's tracer, which takes all headers for its own
	 * that it may write, has taken {@code baggage} away. Comes after it.
	 */
	HttpHeadersFilter afterTracing() {
		return new AfterTracing(this.headers);
	}

	private record AfterTracing(LaneHeaders lanes) implements HttpHeadersFilter, Ordered {

		@Override
		public int getOrder() {
			return Ordered.LOWEST_PRECEDENCE;
		}

		@Override
		public HttpHeaders filter(HttpHeaders input, ServerWebExchange exchange) {
			if (!(exchange.getAttribute(LANES) instanceof LaneContext decided) || !this.lanes.changes(decided, input)) {
				return input;
			}
			HttpHeaders sent = HttpHeaders.copyOf(input);
			this.lanes.write(decided, sent);
			return sent;
		}

	}

}
