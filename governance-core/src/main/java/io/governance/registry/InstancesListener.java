package io.governance.registry;

import java.util.List;

import io.governance.ConnectionState;

/**
 * Told by {@link Discovery#watch} about the instances of a service and about the
 * connection. Calls come one at a time.
 */
@FunctionalInterface
public interface InstancesListener {

	/**
	 * The instances of the service as they are now.
	 * @param instances all of them, in the order of their ids; empty if there is none
	 */
	void onInstances(List<Instance> instances);

	/**
	 * The connection was lost or is back. Not called while nothing changes; a watch
	 * starts out as connected.
	 * @param state the new state
	 */
	default void onConnection(ConnectionState state) {
	}

}
