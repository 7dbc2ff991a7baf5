package io.governance.boot.discovery;

import java.util.List;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;

import io.governance.BackendUnavailableException;
import io.governance.registry.Instance;
import io.governance.registry.ServiceDirectory;
import io.governance.registry.ServiceInstances;

/**
 * Spring Cloud's discovery over the {@link ServiceDirectory}: the instances that take
 * calls. The first use of a service waits for its list, on threads that may wait.
 */
public final class GovernanceDiscoveryClient implements DiscoveryClient {

	private final String backend;

	private final ServiceDirectory directory;

	private final FirstList firstList;

	GovernanceDiscoveryClient(String backend, ServiceDirectory directory, FirstList firstList) {
		this.backend = backend;
		this.directory = directory;
		this.firstList = firstList;
	}

	@Override
	public String description() {
		return "Governance Discovery Client (" + this.backend + ")";
	}

	@Override
	public List<ServiceInstance> getInstances(String serviceId) {
		return usable(this.backend, this.firstList.get(serviceId));
	}

	@Override
	public List<String> getServices() {
		return this.directory.services().stream().sorted().toList();
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
			.map(GovernanceDiscoveryClient::describe)
			.toList();
	}

	private static ServiceInstance describe(Instance instance) {
		return new DiscoveredInstance(instance);
	}

}
