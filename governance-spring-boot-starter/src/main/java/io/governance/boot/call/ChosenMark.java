package io.governance.boot.call;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.web.reactive.function.client.ClientRequest;

/**
 * Has each request of {@code WebClient} tell the instance that was chosen for it.
 */
final class ChosenMark implements LoadBalancerClientRequestTransformer {

	private static final String ATTRIBUTE = ChosenMark.class.getName();

	private ChosenMark() {
	}

	/** These transformers, and the mark after them. */
	static List<LoadBalancerClientRequestTransformer> after(List<LoadBalancerClientRequestTransformer> transformers) {
		List<LoadBalancerClientRequestTransformer> all = new ArrayList<>(transformers);
		all.add(new ChosenMark());
		return all;
	}

	/** The instance that a request goes to; {@code null} if it has no mark. */
	static @Nullable Object of(ClientRequest request) {
		return request.attributes().get(ATTRIBUTE);
	}

	@Override
	public ClientRequest transformRequest(ClientRequest request, ServiceInstance instance) {
		return ClientRequest.from(request).attribute(ATTRIBUTE, instance).build();
	}

}
