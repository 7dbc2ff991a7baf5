package io.governance.loadbalancer;

import java.time.Duration;

/**
 * How the instances of a service are probed. Immutable.
 *
 * @param interval the time between two probes of an instance, at least 100 ms; varied by
 * up to a tenth
 * @param timeout how long a probe may take, more than nothing
 * @param unhealthyAfter failed probes in a row after which an instance is avoided, 1 or
 * more
 * @param healthyAfter good ones after which it is called again, 1 or more
 * @param concurrency probes of one service at a time, 1 or more
 */
public record HealthCheckSettings(Duration interval, Duration timeout, int unhealthyAfter, int healthyAfter,
		int concurrency) {

	/**
	 * Every 5 s, with 1 s for an answer; 3 failures and 2 successes count; 4 at a time.
	 */
	public static final HealthCheckSettings DEFAULTS = new HealthCheckSettings(Duration.ofSeconds(5),
			Duration.ofSeconds(1), 3, 2, 4);

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if one is out of its range; the message begins
	 * with its name
	 */
	public HealthCheckSettings {
		if (interval.toMillis() < 100) {
			throw new IllegalArgumentException("interval must be 100 ms or more, not " + interval);
		}
		SettingChecks.positive("timeout", timeout);
		SettingChecks.atLeast("unhealthyAfter", unhealthyAfter, 1);
		SettingChecks.atLeast("healthyAfter", healthyAfter, 1);
		SettingChecks.atLeast("concurrency", concurrency, 1);
	}

}
