package io.governance.boot.loadbalancer;

import java.util.ArrayList;
import java.util.List;

import reactor.core.publisher.Mono;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.client.loadbalancer.reactive.ReactorLoadBalancerExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;

import io.governance.loadbalancer.Outcome;

/**
 * Spring Cloud's filter, which does not tell when a call is given up: here that counts,
 * so that no such call stays in flight for ever.
 */
final class GovernanceExchangeFilter extends ReactorLoadBalancerExchangeFilterFunction {

	private static final String CHOSEN = ChosenInstance.class.getName();

	GovernanceExchangeFilter(ReactiveLoadBalancer.Factory<ServiceInstance> factory,
			List<LoadBalancerClientRequestTransformer> transformers) {
		super(factory, withMark(transformers));
	}

	private static List<LoadBalancerClientRequestTransformer> withMark(
			List<LoadBalancerClientRequestTransformer> transformers) {
		List<LoadBalancerClientRequestTransformer> all = new ArrayList<>(transformers);
		all.add((request, instance) -> ClientRequest.from(request).attribute(CHOSEN, instance).build());
		return all;
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		return super.filter(request, (outgoing) -> next.exchange(outgoing).doOnCancel(() -> cancelled(outgoing)));
	}

	private static void cancelled(ClientRequest request) {
		if (request.attributes().get(CHOSEN) instanceof ChosenInstance chosen) {
			chosen.end(Outcome.CANCELLED);
		}
	}

}
