package io.governance.local;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.ConnectionState;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;

/** Keeps everything that a watch of a service tells. */
class RecordingInstancesListener implements InstancesListener {

	final List<List<Instance>> deliveries = new CopyOnWriteArrayList<>();

	final List<ConnectionState> connections = new CopyOnWriteArrayList<>();

	@Override
	public void onInstances(List<Instance> instances) {
		this.deliveries.add(instances);
	}

	@Override
	public void onConnection(ConnectionState state) {
		this.connections.add(state);
	}

	/** Whether these are the ids of the newest list, in that order. */
	boolean shows(String... ids) {
		return !this.deliveries.isEmpty() && this.deliveries.get(this.deliveries.size() - 1)
			.stream()
			.map(Instance::id)
			.toList()
			.equals(List.of(ids));
	}

}
