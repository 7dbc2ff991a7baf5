package io.governance.loadbalancer;

/**
 * How the zone of the caller is preferred. Immutable.
 *
 * @param enabled whether it is; never where the caller's zone is not known
 * @param minInstances instances of the lane in the zone without which it is not
 * preferred, 1 or more
 * @param maxInFlight calls under way to an instance of the zone beyond which a call goes
 * elsewhere, 0 for no bound
 */
public record ZoneSettings(boolean enabled, int minInstances, int maxInFlight) {

	/** Preferred where it has 2 instances or more, however busy they are. */
	public static final ZoneSettings DEFAULTS = new ZoneSettings(true, 2, 0);

	/** No zone is preferred. */
	public static final ZoneSettings OFF = new ZoneSettings(false, 2, 0);

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if one is out of its range; the message begins
	 * with its name
	 */
	public ZoneSettings {
		SettingChecks.atLeast("minInstances", minInstances, 1);
		SettingChecks.atLeast("maxInFlight", maxInFlight, 0);
	}

}
