package io.governance.boot.actuate;

import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.governance.registry.InstanceStatus;
import io.governance.registry.InstancesChanged;
import io.governance.registry.ServiceDirectory;
import io.governance.registry.ServiceInstances;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;

/**
 * What is known of other services, as metrics {@code governance.discovery.*}, from the
 * first use of each service on. Thread-safe.
 */
final class DiscoveryMetrics
		implements SmartInitializingSingleton, ApplicationListener<PayloadApplicationEvent<InstancesChanged>> {

	private final Supplier<MeterRegistry> source;

	private final Supplier<ServiceDirectory> directory;

	private final InstantSource clock;

	private final ConcurrentMap<String, DiscoveredService> services = new ConcurrentHashMap<>();

	private volatile @Nullable MeterRegistry registry;

	/**
	 * Creates the metrics.
	 * @param registry gives the registry as soon as all beans are there
	 * @param directory gives the lists
	 * @param clock tells the time
	 */
	DiscoveryMetrics(Supplier<MeterRegistry> registry, Supplier<ServiceDirectory> directory, InstantSource clock) {
		this.source = registry;
		this.directory = directory;
		this.clock = clock;
	}

	@Override
	public void afterSingletonsInstantiated() {
		MeterRegistry registry = this.source.get();
		this.registry = registry;
		this.directory.get().watched().forEach((instances) -> watch(instances, registry));
	}

	@Override
	public void onApplicationEvent(PayloadApplicationEvent<InstancesChanged> event) {
		MeterRegistry registry = this.registry;
		if (registry != null) {
			watch(event.getPayload().now(), registry);
		}
	}

	@Override
	public boolean supportsAsyncExecution() {
		return false;
	}

	private void watch(ServiceInstances instances, MeterRegistry registry) {
		String name = instances.service();
		DiscoveredService created = new DiscoveredService(instances, this.clock);
		if (this.services.putIfAbsent(name, created) == null) {
			this.directory.get().subscribe(name, created);
			register(name, created, registry);
		}
	}

	private void register(String name, DiscoveredService service, MeterRegistry registry) {
		for (InstanceStatus status : InstanceStatus.values()) {
			Gauge.builder("governance.discovery.instances", service, (state) -> state.count(status))
				.tags("service", name, "status", ServiceMeters.name(status))
				.description("Known instances by the status that their registry tells")
				.register(registry);
		}
		gauge("connected", "Whether the backend of the list can be reached: 1 or 0", name, service,
				DiscoveredService::connected, registry);
		gauge("snapshot", "Whether the list is the one kept on disk: 1 or 0", name, service,
				DiscoveredService::fromDisk, registry);
		gauge("held", "Instances that are kept although the backend lacks them, until it confirms that they are gone",
				name, service, (state) -> this.directory.get().held().getOrDefault(name, 0), registry);
		TimeGauge.builder("governance.discovery.age", service, TimeUnit.MILLISECONDS, DiscoveredService::ageMillis)
			.tags("service", name)
			.description("How old the list may be: 0 while the backend can be reached")
			.register(registry);
	}

	private static void gauge(String meter, String description, String name, DiscoveredService service,
			ToDoubleFunction<DiscoveredService> value, MeterRegistry registry) {
		Gauge.builder("governance.discovery." + meter, service, value)
			.tags("service", name)
			.description(description)
			.register(registry);
	}

}
