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
 * {@code RestTemplate}. What the application put into that header itself is not sent.
 */
final class LaneRequestTransformer implements LoadBalancerRequestTransformer {

	private final String header;

	LaneRequestTransformer(String header) {
		this.header = header;
	}

	@Override
	public HttpRequest transformRequest(HttpRequest request, @Nullable ServiceInstance instance) {
		String lanes = LaneContext.current().toHeader();
		if (lanes.isEmpty() && request.getHeaders().getFirst(this.header) == null) {
			return request;
		}
		HttpHeaders headers = HttpHeaders.copyOf(request.getHeaders());
		if (lanes.isEmpty()) {
			headers.remove(this.header);
		}
		else {
			headers.set(this.header, lanes);
		}
		return new HttpRequestWrapper(request) {

			@Override
			public HttpHeaders getHeaders() {
				return headers;
			}

		};
	}

}
