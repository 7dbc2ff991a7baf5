package io.governance.loadbalancer;

/**
 * Told by a {@link ServiceBalancer} what it makes of its instances. Called one at a time,
 * in order, on the thread that rebuilds: must be quick. What it throws is logged and
 * ignored.
 */
public interface BalancerListener {

	/** Nobody listens. */
	BalancerListener NONE = new BalancerListener() {

		@Override
		public String toString() {
			return "none";
		}

	};

	/**
	 * The state of an instance changed.
	 * @param event what changed
	 */
	default void onHealth(HealthEvent event) {
	}

	/**
	 * A lane went into panic or came out of it.
	 * @param event what changed
	 */
	default void onPanic(PanicEvent event) {
	}

}
