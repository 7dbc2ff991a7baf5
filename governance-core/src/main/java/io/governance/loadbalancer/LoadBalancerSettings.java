package io.governance.loadbalancer;

import java.time.Duration;

/**
 * Which instances of a service a call may go to, besides what its algorithm does with
 * them. Immutable.
 *
 * @param outliers when instances are ejected
 * @param panicPercent the share of a lane's instances, 0 to 100, below which usable ones
 * are too few, so that all are called that have not been taken out on purpose; 0 for
 * never
 * @param zone how the caller's zone is preferred
 * @param subsetSize how many instances of a lane and zone this caller calls, 0 for all;
 * bounds the connections of large fleets
 * @param slowStart the time in which a new instance gets its full share, zero for at once
 */
public record LoadBalancerSettings(OutlierSettings outliers, int panicPercent, ZoneSettings zone, int subsetSize,
		Duration slowStart) {

	/**
	 * Ejection and zones by their defaults, panic below half, no subsets, and 30 s of
	 * slow start: about what a JVM needs to compile its hot paths.
	 */
	public static final LoadBalancerSettings DEFAULTS = new LoadBalancerSettings(OutlierSettings.DEFAULTS, 50,
			ZoneSettings.DEFAULTS, 0, Duration.ofSeconds(30));

	/** Status, weight and lane alone decide. */
	public static final LoadBalancerSettings PLAIN = new LoadBalancerSettings(OutlierSettings.OFF, 0, ZoneSettings.OFF,
			0, Duration.ZERO);

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if one is out of its range; the message begins
	 * with its name
	 */
	public LoadBalancerSettings {
		SettingChecks.between("panicPercent", panicPercent, 0, 100);
		SettingChecks.atLeast("subsetSize", subsetSize, 0);
		SettingChecks.notNegative("slowStart", slowStart);
	}

	/**
	 * The same settings with others for ejection.
	 * @param outliers when instances are ejected
	 * @return the settings
	 */
	public LoadBalancerSettings withOutliers(OutlierSettings outliers) {
		return new LoadBalancerSettings(outliers, this.panicPercent, this.zone, this.subsetSize, this.slowStart);
	}

	/**
	 * The same settings with another bound of panic.
	 * @param panicPercent the share below which a lane is in panic, 0 to 100
	 * @return the settings
	 */
	public LoadBalancerSettings withPanicPercent(int panicPercent) {
		return new LoadBalancerSettings(this.outliers, panicPercent, this.zone, this.subsetSize, this.slowStart);
	}

	/**
	 * The same settings with others for zones.
	 * @param zone how the caller's zone is preferred
	 * @return the settings
	 */
	public LoadBalancerSettings withZone(ZoneSettings zone) {
		return new LoadBalancerSettings(this.outliers, this.panicPercent, zone, this.subsetSize, this.slowStart);
	}

	/**
	 * The same settings with subsets of another size.
	 * @param subsetSize how many instances are called, 0 for all
	 * @return the settings
	 */
	public LoadBalancerSettings withSubsetSize(int subsetSize) {
		return new LoadBalancerSettings(this.outliers, this.panicPercent, this.zone, subsetSize, this.slowStart);
	}

	/**
	 * The same settings with another slow start.
	 * @param slowStart the time in which a new instance gets its full share
	 * @return the settings
	 */
	public LoadBalancerSettings withSlowStart(Duration slowStart) {
		return new LoadBalancerSettings(this.outliers, this.panicPercent, this.zone, this.subsetSize, slowStart);
	}

}
