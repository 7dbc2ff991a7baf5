package io.governance.boot.loadbalancer;

import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.governance.loadbalancer.ActiveHealthChecks;
import io.governance.loadbalancer.LoadBalancerSettings;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.loadbalancer.ServiceBalancerBuilder;

/**
 * Makes the balancer of a service, by the settings of the service. Thread-safe.
 */
interface BalancerFactory {

	/**
	 * Begins a balancer.
	 * @param service the service
	 * @return a builder to which lanes and executor are added
	 */
	ServiceBalancerBuilder balancer(String service);

	/**
	 * The settings of a service as they are now.
	 * @param service the service
	 * @return the settings
	 */
	LoadBalancerSettings settings(String service);

	/**
	 * The header of requests whose value tells which calls belong together, whatever the
	 * algorithm is. On the path of every call of an algorithm that looks at it.
	 * @param service the service
	 * @return the name of the header; empty if there is none
	 */
	String affinityHeader(String service);

	/**
	 * Makes the probes of a service.
	 * @param balancer the balancer of the service
	 * @param executor runs probes
	 * @return the probes, or {@code null} if the service is not probed
	 */
	@Nullable ActiveHealthChecks checks(ServiceBalancer balancer, Executor executor);

}
