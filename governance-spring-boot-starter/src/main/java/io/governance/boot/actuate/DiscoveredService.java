package io.governance.boot.actuate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;

import io.governance.registry.InstanceStatus;
import io.governance.registry.ServiceInstances;

/**
 * What is known of a service, and how old that is. Thread-safe.
 */
final class DiscoveredService implements Consumer<ServiceInstances> {

	private final InstantSource clock;

	private volatile State state;

	DiscoveredService(ServiceInstances instances, InstantSource clock) {
		this.clock = clock;
		this.state = new State(instances, clock.instant());
	}

	@Override
	public void accept(ServiceInstances instances) {
		State before = this.state;
		boolean stillLost = !instances.connected() && !before.instances.connected();
		this.state = new State(instances, stillLost ? before.since : this.clock.instant());
	}

	double count(InstanceStatus status) {
		return this.state.instances.instances().stream().filter((instance) -> instance.status() == status).count();
	}

	double connected() {
		return this.state.instances.connected() ? 1 : 0;
	}

	double fromDisk() {
		return this.state.instances.fromDisk() ? 1 : 0;
	}

	/** How old the list may be, in milliseconds. */
	double ageMillis() {
		State state = this.state;
		ServiceInstances instances = state.instances;
		if (!instances.known()) {
			return Double.NaN;
		}
		Instant saved = instances.savedAt();
		if (saved != null) {
			return millisSince(saved);
		}
		return instances.connected() ? 0 : millisSince(state.since);
	}

	private double millisSince(Instant time) {
		return Math.max(0, Duration.between(time, this.clock.instant()).toMillis());
	}

	/**
	 * What was told.
	 *
	 * @param since when it was, or when the connection was lost
	 */
	private record State(ServiceInstances instances, Instant since) {
	}

}
