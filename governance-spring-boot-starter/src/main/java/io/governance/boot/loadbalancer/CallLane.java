package io.governance.boot.loadbalancer;

import io.governance.gray.LaneContext;

/**
 * Tells the lanes of calls made by the current thread. Thread-safe; on the path of every
 * call.
 */
@FunctionalInterface
public interface CallLane {

	/** Every call is ordinary. */
	CallLane STABLE = () -> LaneContext.STABLE;

	/**
	 * The lanes of the calls that the current thread makes.
	 * @return the lanes by service
	 */
	LaneContext current();

}
