package io.governance.testkit;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.ConnectionState;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;

/**
 * Keeps everything that a watch of a service tells. Thread-safe.
 */
public class RecordingInstancesListener implements InstancesListener {

	private final List<List<Instance>> deliveries = new CopyOnWriteArrayList<>();

	private final List<ConnectionState> connections = new CopyOnWriteArrayList<>();

	private final AtomicInteger calls = new AtomicInteger();

	private volatile boolean overlapped;

	@Override
	public void onInstances(List<Instance> instances) {
		record(() -> this.deliveries.add(instances));
	}

	@Override
	public void onConnection(ConnectionState state) {
		record(() -> this.connections.add(state));
	}

	private void record(Runnable call) {
		if (this.calls.incrementAndGet() > 1) {
			this.overlapped = true;
		}
		call.run();
		this.calls.decrementAndGet();
	}

	/**
	 * What was delivered.
	 * @return the deliveries so far, the oldest first
	 */
	public List<List<Instance>> deliveries() {
		return List.copyOf(this.deliveries);
	}

	/**
	 * What was told of the connection.
	 * @return the states so far, the oldest first
	 */
	public List<ConnectionState> connections() {
		return List.copyOf(this.connections);
	}

	/**
	 * Whether a call came while another was under way, which must not be.
	 * @return {@code true} if that was seen
	 */
	public boolean overlapped() {
		return this.overlapped;
	}

	/**
	 * The last delivery.
	 * @return the instances, or empty before the first delivery
	 */
	public Optional<List<Instance>> latest() {
		List<List<Instance>> deliveries = deliveries();
		return deliveries.isEmpty() ? Optional.empty() : Optional.of(deliveries.get(deliveries.size() - 1));
	}

	/**
	 * Whether the last delivery is of these instances.
	 * @param ids their ids, in the order of the delivery; none for an empty delivery
	 * @return {@code false} also before the first delivery
	 */
	public boolean shows(String... ids) {
		return latest().filter((instances) -> instances.stream().map(Instance::id).toList().equals(List.of(ids)))
			.isPresent();
	}

}
