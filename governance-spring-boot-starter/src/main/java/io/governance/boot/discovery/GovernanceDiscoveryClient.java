package io.governance.boot.discovery;

import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;

import io.governance.BackendUnavailableException;
import io.governance.registry.ServiceDirectory;
import io.governance.registry.ServiceInstances;

/**
 * Spring Cloud's discovery over the {@link ServiceDirectory}: the instances that take
 * calls. The first use of a service waits for its list, on threads that may wait.
 */
public final class GovernanceDiscoveryClient implements DiscoveryClient {

	private final Supplier<Parts> parts;

	/** Without a lock: whoever makes them may hold that of all beans. */
	private volatile @Nullable Parts made;

	/**
	 * Creates a client.
	 * @param parts makes what the client is made of, when it is used
	 */
	GovernanceDiscoveryClient(Supplier<Parts> parts) {
		this.parts = parts;
	}

	private Parts parts() {
		Parts parts = this.made;
		if (parts == null) {
			parts = this.parts.get();
			this.made = parts;
		}
		return parts;
	}

	@Override
	public String description() {
		return "Governance Discovery Client (" + parts().backend() + ")";
	}

	@Override
	public List<ServiceInstance> getInstances(String serviceId) {
		Parts parts = parts();
		return usable(parts.backend(), parts.firstList().get(serviceId));
	}

	@Override
	public List<String> getServices() {
		return parts().directory().services().stream().sorted().toList();
	}

	/**
	 * Never fails: calls go on with the lists that are known, and the health of
	 * Governance tells what is amiss with them.
	 */
	@Override
	public void probe() {
	}

	static List<ServiceInstance> usable(String backend, ServiceInstances instances) {
		if (!instances.known()) {
			throw new BackendUnavailableException(backend,
					"Backend '" + backend + "' has not told the instances of service '" + instances.service() + "' yet",
					null);
		}
		return instances.instances()
			.stream()
			.filter((instance) -> instance.status().takesCalls())
			.<ServiceInstance>map(DiscoveredInstance::new)
			.toList();
	}

	/**
	 * What a client is made of.
	 *
	 * @param backend describes where the instances are from
	 * @param directory the directory
	 * @param firstList waits for first lists
	 */
	record Parts(String backend, ServiceDirectory directory, FirstList firstList) {
	}

}
