package io.governance.registry;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The instances of a service as they are known at one moment. Immutable.
 *
 * @param service the service
 * @param instances all instances, in whatever status, in the order of their ids; empty
 * while nothing is known
 * @param known whether anything is known yet: an empty list that is known means that
 * there is no instance
 * @param connected whether the backend can be reached; while it cannot, the list is the
 * last one known
 * @param savedAt when the list was saved, if it is from the disk of this machine, as
 * until the backend first answers; {@code null} if the backend has told it
 */
public record ServiceInstances(String service, List<Instance> instances, boolean known, boolean connected,
		@Nullable Instant savedAt) {

	/**
	 * Creates a list of instances from a copy.
	 */
	public ServiceInstances {
		instances = List.copyOf(instances);
	}

	/**
	 * Creates a list of instances, from a copy, that is not from the disk.
	 * @param service the service
	 * @param instances all instances
	 * @param known whether anything is known yet
	 * @param connected whether the backend can be reached
	 */
	public ServiceInstances(String service, List<Instance> instances, boolean known, boolean connected) {
		this(service, instances, known, connected, null);
	}

	static ServiceInstances unknown(String service) {
		return new ServiceInstances(service, List.of(), false, true);
	}

	/**
	 * Whether the list is from the disk: the backend has not told one yet.
	 * @return {@code false} once the backend has told one
	 */
	public boolean fromDisk() {
		return this.savedAt != null;
	}

	ServiceInstances with(List<Instance> instances) {
		return new ServiceInstances(this.service, instances, true, this.connected);
	}

	ServiceInstances with(boolean connected) {
		return new ServiceInstances(this.service, this.instances, this.known, connected, this.savedAt);
	}

	ServiceInstances fromDisk(List<Instance> instances, Instant savedAt) {
		return new ServiceInstances(this.service, instances, true, this.connected, savedAt);
	}

}
