package io.governance.loadbalancer;

import java.time.Duration;

/**
 * The state of an instance changed. Immutable; holds nothing that calls carried.
 *
 * @param service the service's name
 * @param instanceId the instance's id
 * @param before the state before
 * @param after the state now
 * @param cause the kind of reason
 * @param reason why, in words
 * @param failuresInARow calls that failed since the last success, 0 or more
 * @param ejections how often it was ejected lately; falls again with good behaviour
 * @param ejectedFor how long it is ejected; zero unless {@link HealthState#EJECTED}
 */
public record HealthEvent(String service, String instanceId, HealthState before, HealthState after, Cause cause,
		String reason, int failuresInARow, int ejections, Duration ejectedFor) {

	/** The kinds of reasons. */
	public enum Cause {

		/** Failures in a row. */
		FAILURES,

		/** A failure soon after an ejection. */
		TRIAL,

		/** A success rate well below that of the others. */
		SUCCESS_RATE,

		/** What probes found. */
		PROBE,

		/** Something that is no fault: time, successes, a start anew or new settings. */
		OTHER

	}

}
