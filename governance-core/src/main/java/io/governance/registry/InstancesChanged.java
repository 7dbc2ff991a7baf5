package io.governance.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What has changed in the instances of a service between two lists. Immutable.
 *
 * @param now the list as it is now
 * @param added instances that were not there before
 * @param removed instances that are not there any more, as they were last
 * @param changed instances that are described differently now, by their status, weight or
 * anything else
 */
public record InstancesChanged(ServiceInstances now, List<Instance> added, List<Instance> removed,
		List<Instance> changed) {

	/**
	 * Creates a change from copies.
	 */
	public InstancesChanged {
		added = List.copyOf(added);
		removed = List.copyOf(removed);
		changed = List.copyOf(changed);
	}

	/**
	 * Compares two lists of one service, instances by their ids.
	 * @param before the older list; not known if there was none
	 * @param now the newer list
	 * @return what has changed, perhaps nothing
	 */
	public static InstancesChanged between(ServiceInstances before, ServiceInstances now) {
		Map<String, Instance> left = before.instances()
			.stream()
			.collect(Collectors.toMap(Instance::id, Function.identity(), (one, other) -> one));
		List<Instance> added = new ArrayList<>();
		List<Instance> changed = new ArrayList<>();
		for (Instance instance : now.instances()) {
			Instance old = left.remove(instance.id());
			if (old == null) {
				added.add(instance);
			}
			else if (!old.equals(instance)) {
				changed.add(instance);
			}
		}
		List<Instance> removed = before.instances().stream().filter((one) -> left.containsKey(one.id())).toList();
		return new InstancesChanged(now, added, removed, changed);
	}

	/**
	 * The service.
	 * @return its name
	 */
	public String service() {
		return this.now.service();
	}

	/**
	 * Whether no instance differs; the connection or the origin of the list may.
	 * @return {@code true} if nothing was added, removed or changed
	 */
	public boolean isEmpty() {
		return this.added.isEmpty() && this.removed.isEmpty() && this.changed.isEmpty();
	}

}
