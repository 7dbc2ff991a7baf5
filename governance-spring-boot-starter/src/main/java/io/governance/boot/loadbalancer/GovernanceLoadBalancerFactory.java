package io.governance.boot.loadbalancer;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultResponse;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClientsProperties;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.LoadBalancerProperties;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.core.ResolvableType;

/**
 * Spring Cloud's reactive load balancers over {@link ServiceBalancers}, one for each
 * service. There are no child contexts: what is asked for per service is found among the
 * application's own beans.
 */
public final class GovernanceLoadBalancerFactory
		implements ReactiveLoadBalancer.Factory<ServiceInstance>, SmartInitializingSingleton {

	private final Function<String, ReactiveChoice> choices;

	private final LoadBalancerClientsProperties properties;

	private final ListableBeanFactory beans;

	private final Map<String, ReactiveLoadBalancer<ServiceInstance>> balancers = new ConcurrentHashMap<>();

	private final Map<Class<?>, Map<String, ?>> instances = new ConcurrentHashMap<>();

	GovernanceLoadBalancerFactory(Function<String, ReactiveChoice> choices, LoadBalancerClientsProperties properties,
			ListableBeanFactory beans) {
		this.choices = choices;
		this.properties = properties;
		this.beans = beans;
	}

	@Override
	public void afterSingletonsInstantiated() {
		// Looked up before the first call, which may be on an event loop.
		getInstances("", LoadBalancerLifecycle.class);
	}

	@Override
	public LoadBalancerProperties getProperties(String serviceId) {
		LoadBalancerProperties own = this.properties.getClients().get(serviceId);
		return (own != null) ? own : this.properties;
	}

	@Override
	public ReactiveLoadBalancer<ServiceInstance> getInstance(String serviceId) {
		return this.balancers.computeIfAbsent(serviceId, (service) -> new Balancer(this.choices.apply(service)));
	}

	@Override
	@SuppressWarnings("unchecked")
	public <X> Map<String, X> getInstances(String name, Class<X> type) {
		return (Map<String, X>) this.instances.computeIfAbsent(type,
				(key) -> Map.copyOf(BeanFactoryUtils.beansOfTypeIncludingAncestors(this.beans, key)));
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" }) // null if there is none, as in Spring
													// Cloud
	public <X> @Nullable X getInstance(String name, Class<?> type, Class<?>... generics) {
		return (X) this.beans.getBeanProvider(ResolvableType.forClassWithGenerics(type, generics)).getIfAvailable();
	}

	/** One service. */
	private record Balancer(ReactiveChoice choice) implements ReactiveLoadBalancer<ServiceInstance> {

		@Override
		@SuppressWarnings("rawtypes")
		public Publisher<Response<ServiceInstance>> choose(Request request) {
			return this.choice.choose(CallTry.of(request)).map(DefaultResponse::new);
		}

	}

}
