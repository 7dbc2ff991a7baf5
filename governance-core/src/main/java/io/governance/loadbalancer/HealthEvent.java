package io.governance.loadbalancer;

import java.time.Duration;

/**
 * The state of an instance changed. Immutable; holds nothing that calls carried.
 *
 * @param service the service's name
 * @param instanceId the instance's id
 * @param before the state before
 * @param after the state now
 * @param reason why, in words
 * @param failuresInARow calls that failed since the last success, 0 or more
 * @param ejections how often it was ejected lately; falls again with good behaviour
 * @param ejectedFor how long it is ejected; zero unless {@link HealthState#EJECTED}
 */
public record HealthEvent(String service, String instanceId, HealthState before, HealthState after, String reason,
		int failuresInARow, int ejections, Duration ejectedFor) {
}
