package io.governance.grpc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.governance.ConnectionState;
import io.governance.Subscription;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;

/**
 * A list of the instances of one service that a test changes.
 */
final class ListedInstances implements Discovery {

	private final List<InstancesListener> listeners = new CopyOnWriteArrayList<>();

	private List<Instance> instances = new ArrayList<>();

	private boolean known;

	/** The list from now on. */
	synchronized void list(Instance.Builder... instances) {
		this.instances = Stream.of(instances)
			.map(Instance.Builder::build)
			.sorted(Comparator.comparing(Instance::id))
			.toList();
		this.known = true;
		this.listeners.forEach((listener) -> listener.onInstances(this.instances));
	}

	/** Loses the connection to the registry. */
	void disconnect() {
		this.listeners.forEach((listener) -> listener.onConnection(ConnectionState.DISCONNECTED));
	}

	@Override
	public Set<String> services() {
		return Set.of("users");
	}

	@Override
	public synchronized Subscription watch(String service, InstancesListener listener) {
		this.listeners.add(listener);
		if (this.known) {
			listener.onInstances(this.instances);
		}
		return () -> this.listeners.remove(listener);
	}

	@Override
	public void close() {
	}

}
