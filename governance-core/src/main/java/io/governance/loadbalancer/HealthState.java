package io.governance.loadbalancer;

/**
 * What this process makes of an instance from the calls to it and from its own probes,
 * apart from what the registry tells.
 */
public enum HealthState {

	/** Nothing against it. */
	HEALTHY,

	/** Worse than it should be, but still called. */
	WARNED,

	/** Not called for a while, since it failed too often. */
	EJECTED,

	/** Called again after an ejection, but not yet proved. */
	RETURNING,

	/** Not called, since it does not answer probes. */
	UNHEALTHY;

	/**
	 * Whether calls avoid an instance in this state, unless its lane is in panic.
	 * @return {@code true} for {@link #EJECTED} and {@link #UNHEALTHY}
	 */
	public boolean isAvoided() {
		return this == EJECTED || this == UNHEALTHY;
	}

}
