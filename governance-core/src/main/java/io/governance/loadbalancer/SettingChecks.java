package io.governance.loadbalancer;

import java.time.Duration;

/**
 * Checks settings; the messages begin with the name of the setting.
 */
final class SettingChecks {

	private SettingChecks() {
	}

	static void atLeast(String name, int value, int min) {
		if (value < min) {
			throw new IllegalArgumentException(name + " must be " + min + " or more, not " + value);
		}
	}

	static void between(String name, int value, int min, int max) {
		if (value < min || value > max) {
			throw new IllegalArgumentException(name + " must be " + min + " to " + max + ", not " + value);
		}
	}

	static void positive(String name, Duration value) {
		if (value.isNegative() || value.isZero()) {
			throw new IllegalArgumentException(name + " must be more than nothing, not " + value);
		}
	}

	static void notNegative(String name, Duration value) {
		if (value.isNegative()) {
			throw new IllegalArgumentException(name + " must not be negative, as " + value + " is");
		}
	}

}
