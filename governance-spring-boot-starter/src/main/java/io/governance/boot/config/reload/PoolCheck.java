package io.governance.boot.config.reload;

import io.governance.config.ConfigChange;
import io.governance.config.InvalidConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Holds new settings of a pool against the bounds of Hikari, which takes them silently
 * and uses others. Only what the change touches is looked at.
 */
final class PoolCheck {

	private final ConfigChange change;

	private final String prefix;

	PoolCheck(ConfigChange change, String prefix) {
		this.change = change;
		this.prefix = prefix;
	}

	/**
	 * Checks settings.
	 * @param maximum the size that the pool would have
	 * @throws InvalidConfigException if a bound is crossed
	 */
	void check(PoolSettings settings, int maximum) {
		Integer minimumIdle = settings.minimumIdle();
		refuse(maximum < 1, "maximum-pool-size", "must be at least 1");
		if (minimumIdle != null) {
			refuse(minimumIdle < 0, "minimum-idle", "must not be negative");
			refuse(minimumIdle > maximum, "minimum-idle", "must not be greater than 'maximum-pool-size'",
					"maximum-pool-size");
		}
		Long lifetime = settings.maxLifetime();
		Long idle = settings.idleTimeout();
		Long leak = settings.leakDetectionThreshold();
		atLeast(settings.connectionTimeout(), 250, "connection-timeout");
		refuse(settings.validationTimeout() != null && settings.validationTimeout() == 0, "validation-timeout",
				"must be at least 250 ms");
		atLeast(settings.validationTimeout(), 250, "validation-timeout");
		atLeast(idle, 10_000, "idle-timeout");
		atLeast(lifetime, 30_000, "max-lifetime");
		atLeast(leak, 2_000, "leak-detection-threshold");
		if (lifetime != null && lifetime > 0) {
			refuse(leak != null && leak > lifetime, "leak-detection-threshold",
					"must not be greater than 'max-lifetime'", "max-lifetime");
			refuse(idle != null && idle + 1_000 > lifetime, "idle-timeout",
					"must be at least 1000 ms less than 'max-lifetime'", "max-lifetime");
		}
	}

	private void atLeast(@Nullable Long millis, long least, String key) {
		refuse(millis != null && millis != 0 && millis < least, key, "must be 0 or at least " + least + " ms");
	}

	private void refuse(boolean wrong, String key, String reason, String... others) {
		boolean touched = touches(key);
		for (String other : others) {
			touched |= touches(other);
		}
		if (wrong && touched) {
			String full = this.prefix + "." + key;
			throw new InvalidConfigException(this.change.after().originOf(full), full, reason, null);
		}
	}

	private boolean touches(String key) {
		return this.change.touches(this.prefix + "." + key);
	}

}
