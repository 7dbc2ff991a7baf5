package io.governance.registry;

/**
 * Whether an instance takes calls, as its registry knows it.
 */
public enum InstanceStatus {

	/** Healthy. */
	UP,

	/** Healthy enough to be called, but its checks complain. */
	WARNING,

	/** About to leave: finishes what it has, takes nothing new. */
	DRAINING,

	/** Taken out by hand. */
	OUT_OF_SERVICE,

	/** Its checks fail. */
	DOWN;

	/**
	 * Whether new calls may go to an instance in this status.
	 * @return {@code true} for {@link #UP} and {@link #WARNING}
	 */
	public boolean takesCalls() {
		return this == UP || this == WARNING;
	}

	/**
	 * Whether somebody has taken the instance out on purpose, so that it is not missed
	 * when it goes.
	 * @return {@code true} for {@link #DRAINING} and {@link #OUT_OF_SERVICE}
	 */
	public boolean isWithdrawn() {
		return this == DRAINING || this == OUT_OF_SERVICE;
	}

}
