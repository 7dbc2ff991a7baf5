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

import io.governance.loadbalancer.Endpoint;

/**
 * Whom a try of a call should not go to because earlier tries did. Found in what Spring
 * Cloud passes to a load balancer.
 *
 * @param avoid who was tried; {@code null} if nobody was
 * @param strict whether rather nobody is to be chosen than one of them
 */
record EarlierTries(@Nullable Predicate<? super Endpoint> avoid, boolean strict) {

	static final EarlierTries NONE = new EarlierTries(null, false);

	private static final String GATEWAY_TRIED = EarlierTries.class.getName();

	static EarlierTries of(@Nullable Request<?> request) {
		if (request == null || !(request.getContext() instanceof RequestDataContext context)) {
			return NONE;
		}
		if (context instanceof RetryableRequestContext retryable
				&& retryable.getPreviousServiceInstance() instanceof ChosenInstance previous) {
			return new EarlierTries((endpoint) -> endpoint.isSameInstance(previous.endpoint()), false);
		}
		RequestData data = context.getClientRequest();
		return (data != null) ? of(data.getAttributes()) : NONE;
	}

	private static EarlierTries of(Map<String, Object> attributes) {
		if (attributes.get(AvoidedInstances.ATTRIBUTE) instanceof AvoidedInstances avoided) {
			return new EarlierTries(avoided, true);
		}
		if (attributes.get(ChosenInstance.GATEWAY_ATTRIBUTE) instanceof Response<?> response && response.hasServer()
				&& response.getServer() instanceof ChosenInstance chosen) {
			return ofGateway(attributes, chosen.endpoint());
		}
		return NONE;
	}

	private static EarlierTries ofGateway(Map<String, Object> attributes, Endpoint last) {
		List<Endpoint> tried = new ArrayList<>();
		if (attributes.get(GATEWAY_TRIED) instanceof List<?> before) {
			before.forEach((endpoint) -> tried.add((Endpoint) endpoint));
		}
		tried.add(last);
		attributes.put(GATEWAY_TRIED, tried);
		return new EarlierTries((endpoint) -> tried.stream().anyMatch(endpoint::isSameInstance), false);
	}

}
