package io.governance.boot.loadbalancer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultResponse;
import org.springframework.cloud.client.loadbalancer.EmptyResponse;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.loadbalancer.core.ReactorServiceInstanceLoadBalancer;

/**
 * The choice of an instance inside Spring Cloud LoadBalancer, for Feign, Gateway and
 * everything else that brings it along. Tells once why there is no instance, until there
 * is one again.
 */
final class GovernanceReactorLoadBalancer implements ReactorServiceInstanceLoadBalancer {

	private static final Logger logger = LoggerFactory.getLogger(GovernanceReactorLoadBalancer.class);

	private final ReactiveChoice choice;

	private volatile boolean told;

	GovernanceReactorLoadBalancer(ReactiveChoice choice) {
		this.choice = choice;
	}

	@Override
	@SuppressWarnings("rawtypes")
	public Mono<Response<ServiceInstance>> choose(Request request) {
		CallTry call = CallTry.of(request);
		Mono<Response<ServiceInstance>> found = this.choice.choose(call).doOnNext(call::chose).map(this::found);
		// Our own calls know whom they have been to, and tell their callers why they end.
		return found.onErrorResume(NoInstanceException.class,
				(ex) -> call.strict() ? Mono.just(new EmptyResponse()) : none(ex));
	}

	private Response<ServiceInstance> found(ChosenInstance chosen) {
		if (this.told) {
			this.told = false;
		}
		return new DefaultResponse(chosen);
	}

	private Mono<Response<ServiceInstance>> none(NoInstanceException reason) {
		if (!this.told) {
			this.told = true;
			logger.warn("{}", reason.getMessage());
		}
		return Mono.just(new EmptyResponse());
	}

}
