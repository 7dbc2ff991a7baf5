package io.governance.loadbalancer;

import java.time.Duration;

/**
 * When an instance is ejected for its failures, and for how long. Immutable.
 *
 * @param enabled whether instances are ejected at all
 * @param consecutiveFailures failures in a row that eject at once, 1 or more
 * @param warnConsecutiveFailures failures in a row that warn, 1 to those that eject
 * @param interval how often success rates are compared
 * @param minRequests calls within an interval without which an instance is not compared,
 * 1 or more
 * @param minInstances compared instances of a lane without which none is ejected by its
 * rate, 2 or more
 * @param deviations standard deviations below the mean success rate of the lane that
 * eject, more than 0
 * @param warnDeviations standard deviations below the mean that warn, more than 0 and not
 * more than those that eject
 * @param tolerance what a success rate is below the mean at least before it counts, 0 to
 * 1; where all are nearly perfect, the deviation is next to nothing and one single error
 * would stand out
 * @param maxEjectedPercent the largest share of a lane's instances that may be ejected at
 * a time, 0 to 100; of two or more, one may always be
 * @param baseTime how long a first ejection lasts; the second one twice as long, the
 * third one three times, and so on
 * @param maxTime how long an ejection lasts at most
 * @param returnTime the time in which an instance gets its full share again, zero for at
 * once
 */
public record OutlierSettings(boolean enabled, int consecutiveFailures, int warnConsecutiveFailures, Duration interval,
		int minRequests, int minInstances, double deviations, double warnDeviations, double tolerance,
		int maxEjectedPercent, Duration baseTime, Duration maxTime, Duration returnTime) {

	/**
	 * As Envoy's: 5 failures in a row; every 10 s 1.9 deviations among 5 instances of 100
	 * calls; at most half; 30 s to 5 min.
	 */
	public static final OutlierSettings DEFAULTS = new OutlierSettings(true, 5, 3, Duration.ofSeconds(10), 100, 5, 1.9,
			1.4, 0.05, 50, Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofSeconds(10));

	/** No instance is ejected. */
	public static final OutlierSettings OFF = DEFAULTS.withEnabled(false);

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if one is out of its range; the message begins
	 * with its name
	 */
	public OutlierSettings {
		SettingChecks.atLeast("consecutiveFailures", consecutiveFailures, 1);
		SettingChecks.between("warnConsecutiveFailures", warnConsecutiveFailures, 1, consecutiveFailures);
		SettingChecks.positive("interval", interval);
		SettingChecks.atLeast("minRequests", minRequests, 1);
		SettingChecks.atLeast("minInstances", minInstances, 2);
		if (!(deviations > 0)) {
			throw new IllegalArgumentException("deviations must be more than 0, not " + deviations);
		}
		if (!(warnDeviations > 0) || warnDeviations > deviations) {
			throw new IllegalArgumentException("warnDeviations must be more than 0 and at most deviations ("
					+ deviations + "), not " + warnDeviations);
		}
		if (!(tolerance >= 0) || tolerance > 1) {
			throw new IllegalArgumentException("tolerance must be 0 to 1, not " + tolerance);
		}
		SettingChecks.between("maxEjectedPercent", maxEjectedPercent, 0, 100);
		SettingChecks.positive("baseTime", baseTime);
		SettingChecks.positive("maxTime", maxTime);
		if (maxTime.compareTo(baseTime) < 0) {
			throw new IllegalArgumentException(
					"maxTime must not be less than baseTime (" + baseTime + "), as " + maxTime + " is");
		}
		SettingChecks.notNegative("returnTime", returnTime);
	}

	/**
	 * The same settings, switched on or off.
	 * @param enabled whether instances are ejected
	 * @return the settings
	 */
	public OutlierSettings withEnabled(boolean enabled) {
		return new OutlierSettings(enabled, this.consecutiveFailures, this.warnConsecutiveFailures, this.interval,
				this.minRequests, this.minInstances, this.deviations, this.warnDeviations, this.tolerance,
				this.maxEjectedPercent, this.baseTime, this.maxTime, this.returnTime);
	}

}
