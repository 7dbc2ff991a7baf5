package io.governance.boot.loadbalancer;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.CompletionContext;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.ResponseData;
import org.springframework.http.HttpStatusCode;

import io.governance.loadbalancer.Outcome;

/**
 * Feeds the statistics of endpoints from Spring Cloud's calls.
 */
final class EndpointLifecycle implements LoadBalancerLifecycle<Object, Object, ServiceInstance> {

	@Override
	public void onStart(Request<Object> request) {
	}

	@Override
	public void onStartRequest(Request<Object> request, Response<ServiceInstance> response) {
		if (response.getServer() instanceof ChosenInstance chosen) {
			chosen.begin();
		}
	}

	@Override
	public void onComplete(CompletionContext<Object, ServiceInstance, Object> completion) {
		Response<ServiceInstance> response = completion.getLoadBalancerResponse();
		if (response != null && response.getServer() instanceof ChosenInstance chosen) {
			chosen.end(outcomeOf(completion));
		}
	}

	private static Outcome outcomeOf(CompletionContext<Object, ServiceInstance, Object> completion) {
		return switch (completion.status()) {
			case SUCCESS -> answered(completion.getClientResponse());
			case FAILED -> Outcome.FAILURE;
			case DISCARD -> Outcome.CANCELLED;
		};
	}

	private static Outcome answered(@Nullable Object response) {
		HttpStatusCode status = (response instanceof ResponseData data) ? data.getHttpStatus() : null;
		return (status != null) ? Outcome.ofHttpStatus(status.value()) : Outcome.SUCCESS;
	}

}
