package io.governance.loadbalancer;

import java.util.List;

/**
 * An algorithm that spreads calls over endpoints. Stateless and thread-safe: what an
 * algorithm remembers lives in its {@link Picker}s, which hand it on to each other, and
 * in {@link InstanceStats}.
 */
public interface LoadBalancer {

	/**
	 * The algorithms that come with Governance, each new.
	 * @return {@code round-robin}, {@code random}, {@code weighted-random},
	 * {@code weighted-round-robin}, {@code consistent-hash}, {@code least-in-flight} and
	 * {@code p2c}
	 */
	static List<LoadBalancer> builtIn() {
		return List.of(new RoundRobinLoadBalancer(), new RandomLoadBalancer(), new WeightedRandomLoadBalancer(),
				new WeightedRoundRobinLoadBalancer(), new ConsistentHashLoadBalancer(), new LeastInFlightLoadBalancer(),
				new TwoChoicesLoadBalancer());
	}

	/**
	 * The name by which configuration chooses this algorithm.
	 * @return the name, such as {@code round-robin}
	 */
	String name();

	/**
	 * Whether pickers look at {@link PickRequest#affinity()}. Where they do not, callers
	 * do not look for the key of a call, and no call waits for an instance that its key
	 * belongs to. Always the same.
	 * @return {@code false} if they do not; by default {@code true}
	 */
	default boolean usesAffinity() {
		return true;
	}

	/**
	 * Builds a picker for endpoints as they are now. Called again on every change of
	 * them, with the picker that it replaces. Here belongs all work that need not be done
	 * on each pick.
	 * @param input the endpoints and all that a picker may use
	 * @return a picker; for no endpoints one that picks none
	 */
	Picker newPicker(PickerInput input);

}
