package io.governance.registry;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.governance.Subscription;

/**
 * Instances that are written down and never change. Immutable.
 */
public final class StaticDiscovery implements Discovery {

	private final Map<String, List<Instance>> services = new TreeMap<>();

	/**
	 * Creates a discovery.
	 * @param services the instances by the name of their service
	 */
	public StaticDiscovery(Map<String, List<Instance>> services) {
		services.forEach((service, instances) -> this.services.put(service,
				instances.stream().sorted(Comparator.comparing(Instance::id)).toList()));
	}

	@Override
	public Set<String> services() {
		return Set.copyOf(this.services.keySet());
	}

	@Override
	public List<Instance> read(String service) {
		return this.services.getOrDefault(service, List.of());
	}

	@Override
	public Subscription watch(String service, InstancesListener listener) {
		listener.onInstances(read(service));
		return () -> {
		};
	}

	@Override
	public void close() {
	}

}
