package io.governance.loadbalancer;

/**
 * An algorithm that spreads calls over endpoints. Stateless and thread-safe: what an
 * algorithm remembers lives in its {@link Picker}s, which hand it on to each other, and
 * in {@link InstanceStats}.
 */
public interface LoadBalancer {

	/**
	 * The name by which configuration chooses this algorithm.
	 * @return the name, such as {@code round-robin}
	 */
	String name();

	/**
	 * Builds a picker for endpoints as they are now. Called again on every change of
	 * them, with the picker that it replaces. Here belongs all work that need not be done
	 * on each pick.
	 * @param input the endpoints and all that a picker may use
	 * @return a picker; for no endpoints one that picks none
	 */
	Picker newPicker(PickerInput input);

}
