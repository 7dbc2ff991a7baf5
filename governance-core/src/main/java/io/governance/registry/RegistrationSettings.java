package io.governance.registry;

import java.time.Duration;

/**
 * How a {@link RegistrationKeeper} works.
 *
 * @param reconcileInterval how often the server's truth is compared with what should be
 * there, while all is well
 * @param retryBase the upper bound of the random delay after the first failure; doubles
 * with every further one
 * @param retryCap the largest delay between two tries
 * @param removalDeadline how long a removal is waited for
 */
public record RegistrationSettings(Duration reconcileInterval, Duration retryBase, Duration retryCap,
		Duration removalDeadline) {

	/** Every 5 s; retries after 200 ms up to 5 s; 3 s for a removal. */
	public static final RegistrationSettings DEFAULTS = new RegistrationSettings(Duration.ofSeconds(5),
			Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(3));

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if a duration is not positive, or the cap is below
	 * the base
	 */
	public RegistrationSettings {
		check("reconcile interval", reconcileInterval);
		check("retry base", retryBase);
		check("retry cap", retryCap);
		check("removal deadline", removalDeadline);
		if (retryCap.compareTo(retryBase) < 0) {
			throw new IllegalArgumentException("The retry cap " + retryCap + " is below the retry base " + retryBase);
		}
	}

	private static void check(String what, Duration value) {
		if (value.isNegative() || value.isZero()) {
			throw new IllegalArgumentException("The " + what + " must be more than nothing, not " + value);
		}
	}

}
