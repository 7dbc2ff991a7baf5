package io.governance.boot.actuate;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.loadbalancer.BalancerListener;
import io.governance.loadbalancer.HealthEvent;
import io.governance.loadbalancer.PanicEvent;
import io.governance.loadbalancer.ServiceBalancer;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * The choice of instances, as metrics {@code governance.loadbalancer.*}. Reads the
 * statistics that the choice itself keeps: picks and calls pay nothing. Thread-safe.
 */
final class BalancerMetrics implements BalancerListener, SmartInitializingSingleton {

	private final Supplier<MeterRegistry> source;

	private final Supplier<ServiceBalancers> balancers;

	private final int max;

	private final ConcurrentMap<String, ServiceMeters> services = new ConcurrentHashMap<>();

	/** The lanes in panic, by service; told before the meters of a service are there. */
	private final ConcurrentMap<String, Set<String>> panics = new ConcurrentHashMap<>();

	private volatile @Nullable MeterRegistry registry;

	/**
	 * Creates the metrics.
	 * @param registry gives the registry as soon as all beans are there: it may itself
	 * make calls
	 * @param balancers gives the balancers
	 * @param max how many instances of a service have meters of their own
	 */
	BalancerMetrics(Supplier<MeterRegistry> registry, Supplier<ServiceBalancers> balancers, int max) {
		this.source = registry;
		this.balancers = balancers;
		this.max = max;
	}

	@Override
	public void afterSingletonsInstantiated() {
		MeterRegistry registry = this.source.get();
		this.registry = registry;
		this.balancers.get().observedBy((balancer) -> metersOf(registry, balancer).update());
	}

	private ServiceMeters metersOf(MeterRegistry registry, ServiceBalancer balancer) {
		return this.services.computeIfAbsent(balancer.service(),
				(service) -> new ServiceMeters(registry, balancer, this.max, panicsOf(service)));
	}

	@Override
	public void onHealth(HealthEvent event) {
		MeterRegistry registry = this.registry;
		if (registry != null && event.after().isAvoided() && event.after() != event.before()) {
			ServiceMeters.ejections(registry, event.service(), event.cause()).increment();
		}
	}

	@Override
	public void onPanic(PanicEvent event) {
		Set<String> lanes = panicsOf(event.service());
		if (event.panic()) {
			lanes.add(event.lane());
		}
		else {
			lanes.remove(event.lane());
		}
	}

	private Set<String> panicsOf(String service) {
		return this.panics.computeIfAbsent(service, (key) -> ConcurrentHashMap.newKeySet());
	}

}
