package io.governance.boot.gray;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.web.reactive.function.client.ClientRequest;

import io.governance.boot.loadbalancer.ChosenInstance;
import io.governance.gray.LaneContext;

/**
 * Passes the lanes on with load-balanced calls of {@code WebClient}. What the application
 * put into that header itself is not sent.
 */
final class LaneClientRequestTransformer implements LoadBalancerClientRequestTransformer {

	private final String header;

	LaneClientRequestTransformer(String header) {
		this.header = header;
	}

	@Override
	public ClientRequest transformRequest(ClientRequest request, ServiceInstance instance) {
		LaneContext lanes = (instance instanceof ChosenInstance chosen) ? chosen.lanes() : LaneContext.current();
		String value = lanes.toHeader();
		if (value.isEmpty() && request.headers().getFirst(this.header) == null) {
			return request;
		}
		return ClientRequest.from(request).headers((headers) -> {
			if (value.isEmpty()) {
				headers.remove(this.header);
			}
			else {
				headers.set(this.header, value);
			}
		}).build();
	}

}
