package io.governance.boot.gray;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import feign.Request;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.openfeign.loadbalancer.LoadBalancerFeignRequestTransformer;

import io.governance.gray.LaneContext;

/**
 * Passes the lanes on with load-balanced calls of Feign clients. What the application put
 * into that header itself is not sent.
 */
final class LaneFeignRequestTransformer implements LoadBalancerFeignRequestTransformer {

	private final String header;

	LaneFeignRequestTransformer(String header) {
		this.header = header;
	}

	@Override
	public Request transformRequest(Request request, ServiceInstance instance) {
		String lanes = LaneContext.current().toHeader();
		if (lanes.isEmpty() && request.headers().keySet().stream().noneMatch(this.header::equalsIgnoreCase)) {
			return request;
		}
		Map<String, Collection<String>> headers = new LinkedHashMap<>(request.headers());
		headers.keySet().removeIf((name) -> name.equalsIgnoreCase(this.header));
		if (!lanes.isEmpty()) {
			headers.put(this.header, List.of(lanes));
		}
		return Request.create(request.httpMethod(), request.url(), headers, request.body(), request.charset(),
				request.requestTemplate());
	}

}
