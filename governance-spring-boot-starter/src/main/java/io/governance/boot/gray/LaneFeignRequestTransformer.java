package io.governance.boot.gray;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

import feign.Request;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.openfeign.loadbalancer.LoadBalancerFeignRequestTransformer;

import io.governance.gray.LaneContext;

/**
 * Passes the lanes on with load-balanced calls of Feign clients. What the application put
 * there itself is not sent.
 */
final class LaneFeignRequestTransformer implements LoadBalancerFeignRequestTransformer {

	private final LaneCarrier carrier;

	LaneFeignRequestTransformer(LaneCarrier carrier) {
		this.carrier = carrier;
	}

	@Override
	public Request transformRequest(Request request, ServiceInstance instance) {
		LaneContext lanes = LaneContext.current();
		Map<String, Collection<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		headers.putAll(request.headers());
		Function<String, List<String>> lines = (name) -> List.copyOf(headers.getOrDefault(name, List.of()));
		if (!this.carrier.changes(lanes, lines)) {
			return request;
		}
		this.carrier.write(lanes, lines, (name, value) -> {
			if (value != null) {
				headers.put(name, List.of(value));
			}
			else {
				headers.remove(name);
			}
		});
		return Request.create(request.httpMethod(), request.url(), headers, request.body(), request.charset(),
				request.requestTemplate());
	}

}
