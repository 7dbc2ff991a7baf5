package io.governance.boot.loadbalancer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.RetryableRequestContext;
import org.springframework.http.HttpHeaders;

import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.PickRequest;

/**
 * What is known of a try of a call, above all whom it should not go to because earlier
 * tries did. Found in what Spring Cloud passes to a load balancer.
 *
 * @param avoid who was tried; {@code null} if nobody was
 * @param strict whether rather nobody is to be chosen than one of them
 * @param request the request, or {@code null} if it is not known
 */
record CallTry(@Nullable Predicate<? super Endpoint> avoid, boolean strict, @Nullable RequestData request) {

	/** A try of which nothing is known. */
	static final CallTry UNKNOWN = new CallTry(null, false, null);

	private static final String GATEWAY_TRIED = CallTry.class.getName();

	/** What Spring Cloud Gateway on servlets leaves in the requests that it passes on. */
	private static final String SERVLET_GATEWAY = "GatewayServerMvc.gatewayOriginalRequestUrl";

	private static final String SERVLET_GATEWAY_CHOICE = ChosenInstance.class.getName();

	static CallTry of(@Nullable Request<?> request) {
		if (request == null || !(request.getContext() instanceof RequestDataContext context)) {
			return UNKNOWN;
		}
		RequestData data = context.getClientRequest();
		if (context instanceof RetryableRequestContext retryable
				&& retryable.getPreviousServiceInstance() instanceof ChosenInstance previous) {
			return new CallTry((endpoint) -> endpoint.isSameInstance(previous.endpoint()), false, data);
		}
		return (data != null) ? of(data, data.getAttributes()) : UNKNOWN;
	}

	private static CallTry of(RequestData data, Map<String, Object> attributes) {
		if (attributes.get(AvoidedInstances.ATTRIBUTE) instanceof AvoidedInstances avoided) {
			return new CallTry(avoided, true, data);
		}
		if (attributes.get(ChosenInstance.GATEWAY_ATTRIBUTE) instanceof Response<?> response && response.hasServer()
				&& response.getServer() instanceof ChosenInstance chosen) {
			return ofGateway(data, attributes, chosen.endpoint());
		}
		if (attributes.get(SERVLET_GATEWAY_CHOICE) instanceof ChosenInstance chosen) {
			return ofGateway(data, attributes, chosen.endpoint());
		}
		return new CallTry(null, false, data);
	}

	private static CallTry ofGateway(RequestData data, Map<String, Object> attributes, Endpoint last) {
		List<Endpoint> tried = new ArrayList<>();
		if (attributes.get(GATEWAY_TRIED) instanceof List<?> before) {
			before.forEach((endpoint) -> tried.add((Endpoint) endpoint));
		}
		tried.add(last);
		attributes.put(GATEWAY_TRIED, tried);
		return new CallTry((endpoint) -> tried.stream().anyMatch(endpoint::isSameInstance), false, data);
	}

	/** An instance was chosen: told to a gateway that does not keep it itself. */
	void chose(ChosenInstance chosen) {
		RequestData data = this.request;
		if (data != null && data.getAttributes().containsKey(SERVLET_GATEWAY)) {
			data.getAttributes().put(SERVLET_GATEWAY_CHOICE, chosen);
		}
	}

	/** What was told to a gateway about its last try; {@code null} if nothing was. */
	static @Nullable ChosenInstance choiceOf(Request<?> request) {
		RequestData data = (request.getContext() instanceof RequestDataContext context) ? context.getClientRequest()
				: null;
		return (data != null && data.getAttributes().get(SERVLET_GATEWAY_CHOICE) instanceof ChosenInstance chosen)
				? chosen : null;
	}

	/**
	 * What a picker may know of it.
	 * @param header the header whose value is the key of calls that belong together
	 * @return the request, with the key if there is one
	 */
	PickRequest pickRequest(String header) {
		HttpHeaders headers = (this.request != null) ? this.request.getHeaders() : null;
		String key = (headers != null && !header.isEmpty()) ? headers.getFirst(header) : null;
		return (key != null && !key.isEmpty()) ? PickRequest.withKey(key) : PickRequest.ANY;
	}

}
