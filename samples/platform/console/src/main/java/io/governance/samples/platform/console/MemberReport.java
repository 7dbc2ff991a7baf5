package io.governance.samples.platform.console;

import java.time.Duration;

/**
 * What an instance tells of itself.
 *
 * @param requests the requests that it has answered
 * @param errors how many of them failed by its own fault
 * @param p50 the median of its latencies in the last minutes
 * @param p99 what 99 of 100 latencies do not exceed
 * @param breakers the circuit breakers that are not closed, such as
 * {@code user-service open}
 * @param revision the revision of its own document
 * @param refused whether it has refused what is stored
 */
record MemberReport(long requests, long errors, Duration p50, Duration p99, String breakers, String revision,
		boolean refused) {
}
