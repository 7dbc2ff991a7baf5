package io.governance.registry;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.Subscription;

/** A discovery whose watches and reads tell what a test says, on the calling thread. */
final class ManualDiscovery implements Discovery {

	private final List<Watch> watches = new CopyOnWriteArrayList<>();

	private final Map<String, List<Instance>> truth = new TreeMap<>();

	private boolean down;

	int reads;

	/** How many watches are refused. */
	volatile int refusals;

	/** How many reads meet an error of the JVM. */
	int errors;

	@Override
	public Set<String> services() {
		checkUp();
		return Set.copyOf(this.truth.keySet());
	}

	@Override
	public List<Instance> read(String service) {
		this.reads++;
		if (this.errors-- > 0) {
			throw new NoClassDefFoundError("some");
		}
		checkUp();
		return this.truth.getOrDefault(service, List.of());
	}

	private void checkUp() {
		if (this.down) {
			throw new BackendUnavailableException("manual", "down", null);
		}
	}

	@Override
	public Subscription watch(String service, InstancesListener listener) {
		if (this.refusals > 0) {
			this.refusals--;
			throw new IllegalStateException("refused");
		}
		if (this.down) {
			listener.onConnection(ConnectionState.DISCONNECTED);
		}
		else if (this.truth.containsKey(service)) {
			listener.onInstances(this.truth.get(service));
		}
		Watch watch = new Watch(service, listener);
		// Last: who sees it may go on.
		this.watches.add(watch);
		return () -> this.watches.remove(watch);
	}

	/** What is there, told to reads alone. */
	void is(String service, List<Instance> instances) {
		this.truth.put(service, instances);
	}

	/** What is there, told to reads and watches. */
	void tell(String service, List<Instance> instances) {
		is(service, instances);
		this.watches.stream()
			.filter((watch) -> watch.service.equals(service))
			.forEach((watch) -> watch.listener.onInstances(instances));
	}

	void tell(String service, Instance... instances) {
		tell(service, Arrays.asList(instances));
	}

	void down(boolean down) {
		this.down = down;
		this.watches.forEach((watch) -> watch.listener
			.onConnection(down ? ConnectionState.DISCONNECTED : ConnectionState.CONNECTED));
	}

	int watches() {
		return this.watches.size();
	}

	@Override
	public void close() {
	}

	private record Watch(String service, InstancesListener listener) {
	}

}
