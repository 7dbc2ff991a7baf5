package io.governance.benchmarks;

import java.util.List;
import java.util.stream.IntStream;

import io.governance.registry.Instance;
import io.smallrye.stork.api.LoadBalancer;
import io.smallrye.stork.api.ServiceInstance;
import io.smallrye.stork.impl.DefaultServiceInstance;
import io.smallrye.stork.impl.RoundRobinLoadBalancer;
import io.smallrye.stork.loadbalancer.poweroftwochoices.PowerOfTwoChoicesConfiguration;
import io.smallrye.stork.loadbalancer.poweroftwochoices.PowerOfTwoChoicesLoadBalancerProvider;
import io.smallrye.stork.loadbalancer.requests.LeastRequestsLoadBalancer;

/**
 * SmallRye Stork's load balancers over a list that is already there, without the
 * asynchronous discovery that a Stork service puts before them.
 */
final class StorkPeer {

	private final LoadBalancer loadBalancer;

	private final List<ServiceInstance> instances;

	private StorkPeer(LoadBalancer loadBalancer, List<Instance> instances) {
		this.loadBalancer = loadBalancer;
		this.instances = IntStream.range(0, instances.size())
			.<ServiceInstance>mapToObj(
					(i) -> new DefaultServiceInstance(i, instances.get(i).host(), instances.get(i).port(), false))
			.toList();
	}

	static StorkPeer roundRobin(List<Instance> instances) {
		return new StorkPeer(new RoundRobinLoadBalancer(), instances);
	}

	static StorkPeer powerOfTwoChoices(List<Instance> instances) {
		return new StorkPeer(new PowerOfTwoChoicesLoadBalancerProvider()
			.createLoadBalancer(new PowerOfTwoChoicesConfiguration(), null), instances);
	}

	static StorkPeer leastRequests(List<Instance> instances) {
		return new StorkPeer(new LeastRequestsLoadBalancer(), instances);
	}

	/** Begins a call that does not end, of the instance with that index. */
	void begin(int index) {
		ServiceInstance instance = this.instances.get(index);
		// Of one instance alone, power of two choices does not count the calls.
		this.loadBalancer.selectServiceInstance(List.of(instance, instance)).recordStart(false);
	}

	ServiceInstance pick() {
		return this.loadBalancer.selectServiceInstance(this.instances);
	}

}
