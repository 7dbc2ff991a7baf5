package io.governance.boot.loadbalancer;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.CompletionContext;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.ResponseData;
import org.springframework.http.HttpStatusCode;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.function.ServerResponse;

import io.governance.loadbalancer.Outcome;

/**
 * Feeds the statistics of endpoints from Spring Cloud's calls.
 */
final class EndpointLifecycle implements LoadBalancerLifecycle<Object, Object, ServiceInstance> {

	private static final boolean SERVLETS = ClassUtils
		.isPresent("org.springframework.web.servlet.function.ServerResponse", EndpointLifecycle.class.getClassLoader());

	@Override
	public void onStart(Request<Object> request) {
	}

	@Override
	public void onStartRequest(Request<Object> request, Response<ServiceInstance> response) {
		ChosenInstance chosen = chosen(request, response);
		if (chosen != null) {
			chosen.begin();
		}
	}

	@Override
	public void onComplete(CompletionContext<Object, ServiceInstance, Object> completion) {
		ChosenInstance chosen = chosen(completion.getLoadBalancerRequest(), completion.getLoadBalancerResponse());
		if (chosen != null) {
			chosen.end(outcomeOf(completion));
		}
	}

	/** Spring Cloud Gateway on servlets tells a wrapper of what was chosen. */
	private static @Nullable ChosenInstance chosen(Request<Object> request,
			@Nullable Response<ServiceInstance> response) {
		if (response == null || !response.hasServer()) {
			return null;
		}
		return (response.getServer() instanceof ChosenInstance chosen) ? chosen : CallTry.choiceOf(request);
	}

	private static Outcome outcomeOf(CompletionContext<Object, ServiceInstance, Object> completion) {
		return switch (completion.status()) {
			case SUCCESS -> answered(completion.getClientResponse());
			case FAILED -> isOfCaller(completion) ? Outcome.CANCELLED : Outcome.FAILURE;
			case DISCARD -> Outcome.CANCELLED;
		};
	}

	/** A gateway on servlets that passes a request on may wait for it in vain. */
	private static boolean isOfCaller(CompletionContext<Object, ServiceInstance, Object> completion) {
		Request<?> request = completion.getLoadBalancerRequest();
		return request != null && request.getContext() instanceof RequestDataContext context
				&& context.getClientRequest() != null
				&& context.getClientRequest().getAttributes().get(CallerBody.ATTRIBUTE) instanceof CallerBody caller
				&& caller.isAtFault(completion.getThrowable());
	}

	private static Outcome answered(@Nullable Object response) {
		HttpStatusCode status = (response instanceof ResponseData data) ? data.getHttpStatus() : null;
		if (status == null && response != null && SERVLETS) {
			status = ServletAnswer.statusOf(response);
		}
		return (status != null) ? Outcome.ofHttpStatus(status.value()) : Outcome.SUCCESS;
	}

	/** Loaded only where Spring MVC is. */
	private static final class ServletAnswer {

		static @Nullable HttpStatusCode statusOf(Object response) {
			return (response instanceof ServerResponse answer) ? answer.statusCode() : null;
		}

	}

}
