package io.governance.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What changes from one state to the next, for this process and for lanes. Immutable.
 *
 * @param change what changes for this process
 * @param lanes what there is for lanes, by their names
 * @param left the lanes whose requests find what the process finds from now on
 */
record ConfigUpdate(ConfigChange change, Map<String, Lane> lanes, Set<String> left) {

	static ConfigUpdate between(ConfigState before, ConfigSnapshots after, Map<String, Set<String>> localPlaceholders) {
		ConfigChange change = ConfigChange.between(before.snapshot(), after.instance(), localPlaceholders);
		Map<String, Lane> lanes = new LinkedHashMap<>();
		new TreeMap<>(after.lanes()).forEach((lane, snapshot) -> lanes.put(lane,
				new Lane(ConfigChange.between(after.instance(), snapshot, localPlaceholders),
						ConfigChange.between(before.ofLane(lane).snapshot(), snapshot, localPlaceholders))));
		Set<String> left = new TreeSet<>(before.lanes());
		left.removeAll(lanes.keySet());
		return new ConfigUpdate(change, lanes, left);
	}

	/**
	 * Whether nobody reads anything else than before.
	 */
	boolean isEmpty() {
		return this.change.isEmpty() && this.left.isEmpty()
				&& this.lanes.values().stream().allMatch((lane) -> lane.since().isEmpty());
	}

	/**
	 * What there is for a lane.
	 *
	 * @param apart how it differs from what the process has
	 * @param since how it differs from what the lane had before
	 */
	record Lane(ConfigChange apart, ConfigChange since) {

		ConfigSnapshot snapshot() {
			return this.apart.after();
		}

	}

}
