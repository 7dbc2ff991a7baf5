package io.governance.boot.loadbalancer;

import io.governance.registry.Instance;

/**
 * Tells the lane of calls made by the current thread. Thread-safe; on the path of every
 * call.
 */
@FunctionalInterface
public interface CallLane {

	/** Every call is ordinary. */
	CallLane STABLE = (service) -> Instance.STABLE;

	/**
	 * The lane of a call to a service.
	 * @param service the service that is called
	 * @return the name of the lane, {@link Instance#STABLE} for the ordinary one
	 */
	String of(String service);

}
