package io.governance.loadbalancer;

import java.util.List;

/**
 * Which instances of a lane calls go to. Immutable; all lists are in the order of the
 * instances' ids.
 *
 * @param present all that have not been taken out on purpose
 * @param usable those of them that are well
 * @param panic whether all that are present are called, since too few are usable
 * @param preferred those that most calls go to
 * @param others those that the remaining calls go to; empty where no zone is preferred
 * @param reserve those that only further tries of a call go to
 * @param preferredShare the share of calls that the preferred ones are meant to get, more
 * than 0 and at most 1
 */
record LaneSelection(List<Endpoint> present, List<Endpoint> usable, boolean panic, List<Endpoint> preferred,
		List<Endpoint> others, List<Endpoint> reserve, float preferredShare) {

	/** Nobody is there. */
	static final LaneSelection NONE = new LaneSelection(List.of(), List.of(), false, List.of(), List.of(), List.of(),
			1);

	/** Whether instances that are to be avoided may be picked all the same. */
	boolean hasUsable() {
		return !this.usable.isEmpty();
	}

}
