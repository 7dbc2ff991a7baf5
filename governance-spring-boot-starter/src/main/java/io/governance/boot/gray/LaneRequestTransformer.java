package io.governance.boot.gray;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestTransformer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.support.HttpRequestWrapper;

import io.governance.gray.LaneContext;

/**
 * Passes the lanes on with load-balanced calls of {@code RestClient} and
 * {@code RestTemplate}. What the application put there itself is not sent.
 */
final class LaneRequestTransformer implements LoadBalancerRequestTransformer {

	private final LaneHeaders headers;

	LaneRequestTransformer(LaneCarrier carrier) {
		this.headers = new LaneHeaders(carrier);
	}

	@Override
	public HttpRequest transformRequest(HttpRequest request, @Nullable ServiceInstance instance) {
		LaneContext lanes = LaneContext.current();
		if (!this.headers.changes(lanes, request.getHeaders())) {
			return request;
		}
		HttpHeaders headers = HttpHeaders.copyOf(request.getHeaders());
		this.headers.write(lanes, headers);
		return new HttpRequestWrapper(request) {

			@Override
			public HttpHeaders getHeaders() {
				return headers;
			}

		};
	}

}
