package io.governance.boot.gray;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.web.reactive.function.client.ClientRequest;

import io.governance.boot.loadbalancer.ChosenInstance;
import io.governance.gray.LaneContext;

/**
 * Passes the lanes on with load-balanced calls of {@code WebClient}. What the application
 * put there itself is not sent.
 */
final class LaneClientRequestTransformer implements LoadBalancerClientRequestTransformer {

	private final LaneHeaders headers;

	LaneClientRequestTransformer(LaneCarrier carrier) {
		this.headers = new LaneHeaders(carrier);
	}

	@Override
	public ClientRequest transformRequest(ClientRequest request, ServiceInstance instance) {
		LaneContext lanes = (instance instanceof ChosenInstance chosen) ? chosen.lanes() : LaneContext.current();
		return this.headers.changes(lanes, request.headers())
				? ClientRequest.from(request).headers((headers) -> this.headers.write(lanes, headers)).build()
				: request;
	}

}
