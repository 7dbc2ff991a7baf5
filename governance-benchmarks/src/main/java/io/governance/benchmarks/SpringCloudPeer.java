package io.governance.benchmarks;

import java.util.List;
import java.util.Map;

import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.loadbalancer.core.RoundRobinLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.WeightedServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.ServiceInstanceListSuppliers;
import org.springframework.cloud.loadbalancer.support.SimpleObjectProvider;

/**
 * Spring Cloud LoadBalancer's round robin over a list that is already there, without the
 * cache and the client that stand around it in an application ({@link ChooseBenchmark}
 * has those).
 */
final class SpringCloudPeer {

	private final RoundRobinLoadBalancer loadBalancer;

	private SpringCloudPeer(ServiceInstanceListSupplier supplier) {
		this.loadBalancer = new RoundRobinLoadBalancer(new SimpleObjectProvider<>(supplier), supplier.getServiceId());
	}

	static SpringCloudPeer roundRobin(List<Instance> instances) {
		return new SpringCloudPeer(supplier(instances));
	}

	static SpringCloudPeer weighted(List<Instance> instances) {
		return new SpringCloudPeer(new WeightedServiceInstanceListSupplier(supplier(instances)));
	}

	private static ServiceInstanceListSupplier supplier(List<Instance> instances) {
		return ServiceInstanceListSuppliers.from("orders",
				instances.stream().map(SpringCloudPeer::instance).toArray(ServiceInstance[]::new));
	}

	private static ServiceInstance instance(Instance of) {
		return new DefaultServiceInstance(of.id(), of.service(), of.host(), of.port(), false,
				Map.of("weight", String.valueOf(of.weight())));
	}

	@Nullable ServiceInstance pick() {
		Response<ServiceInstance> response = Mono.from(this.loadBalancer.choose()).block();
		return (response != null) ? response.getServer() : null;
	}

}
