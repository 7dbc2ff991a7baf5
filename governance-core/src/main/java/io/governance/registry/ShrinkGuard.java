package io.governance.registry;

import java.time.Duration;

/**
 * When a list that shrinks is doubted: if of more than a number of instances more than a
 * share is gone at once, without having been seen to leave, they are kept until the
 * backend, asked anew, confirms it. Gone at once are also those that go one by one within
 * a short time, unless others come for them. Right after the connection to the backend
 * was lost, services of any size are doubted, since a registry that has lost its data
 * begins empty.
 *
 * @param share the share of the instances that may go at once, more than 0; 1 never
 * doubts
 * @param minInstances services of so many instances or fewer are not doubted, 0 or more
 * @param hold how long instances are kept at least before it counts that the backend
 * confirms it, and what counts as at once; longer than own instances need to register
 * again after their registry has lost them
 */
public record ShrinkGuard(double share, int minInstances, Duration hold) {

	/** More than half of more than 5 instances, within 10 s. */
	public static final ShrinkGuard DEFAULTS = new ShrinkGuard(0.5, 5, Duration.ofSeconds(10));

	/**
	 * Creates a guard.
	 * @throws IllegalArgumentException if a part is not in its range
	 */
	public ShrinkGuard {
		if (!(share > 0 && share <= 1)) {
			throw new IllegalArgumentException("The share " + share + " is not more than 0 and at most 1");
		}
		if (minInstances < 0) {
			throw new IllegalArgumentException("The number of instances " + minInstances + " is below 0");
		}
		if (hold.isNegative() || hold.isZero() || hold.compareTo(Duration.ofMinutes(10)) > 0) {
			throw new IllegalArgumentException("The time " + hold + " is not more than nothing and at most 10 min");
		}
	}

	/**
	 * Whether anything is ever doubted.
	 * @return {@code false} if the share is 1
	 */
	public boolean enabled() {
		return this.share < 1;
	}

}
