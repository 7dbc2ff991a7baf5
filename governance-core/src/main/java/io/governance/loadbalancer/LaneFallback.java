package io.governance.loadbalancer;

/**
 * Where calls of a lane go that has no instance to take them.
 */
public enum LaneFallback {

	/**
	 * To the stable instances, and where there is none, to where stable calls go then.
	 */
	STABLE,

	/** To any instance, of whatever lane. */
	ANY,

	/** Nowhere: the call is refused. */
	REFUSE

}
