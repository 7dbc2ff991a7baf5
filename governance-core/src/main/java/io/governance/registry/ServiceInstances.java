package io.governance.registry;

import java.util.List;

/**
 * The instances of a service as they are known at one moment. Immutable.
 *
 * @param service the service
 * @param instances all instances, in whatever status, in the order of their ids; empty
 * while nothing is known
 * @param known whether the backend has told anything yet: an empty list that is known
 * means that there is no instance
 * @param connected whether the backend can be reached; while it cannot, the list is the
 * last one known
 */
public record ServiceInstances(String service, List<Instance> instances, boolean known, boolean connected) {

	/**
	 * Creates a list of instances from a copy.
	 */
	public ServiceInstances {
		instances = List.copyOf(instances);
	}

	static ServiceInstances unknown(String service) {
		return new ServiceInstances(service, List.of(), false, true);
	}

	ServiceInstances with(List<Instance> instances) {
		return new ServiceInstances(this.service, instances, true, this.connected);
	}

	ServiceInstances with(boolean connected) {
		return new ServiceInstances(this.service, this.instances, this.known, connected);
	}

}
