package io.governance.boot.call;

import java.util.List;

import reactor.core.publisher.Mono;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerRetryPolicy;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.client.loadbalancer.reactive.RetryableLoadBalancerExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;

import io.governance.boot.loadbalancer.ChosenInstance;

/**
 * Spring Cloud's own retries of the calls of {@code WebClient}, whose tries end when the
 * caller gives them up as well: Spring Cloud tells of answers and failures alone.
 */
final class RetryingExchangeFilter extends RetryableLoadBalancerExchangeFilterFunction {

	RetryingExchangeFilter(LoadBalancerRetryPolicy.Factory policies,
			ReactiveLoadBalancer.Factory<ServiceInstance> factory,
			List<LoadBalancerClientRequestTransformer> transformers) {
		super(policies, factory, ChosenMark.after(transformers));
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		return super.filter(request, (outgoing) -> {
			// What throws in there ends the try like any other failure.
			Mono<ClientResponse> answer = Mono.defer(() -> next.exchange(outgoing));
			return (ChosenMark.of(outgoing) instanceof ChosenInstance chosen) ? answer.doOnCancel(chosen::cancelled)
					: answer;
		});
	}

}
