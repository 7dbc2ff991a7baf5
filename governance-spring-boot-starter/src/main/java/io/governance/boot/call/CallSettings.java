package io.governance.boot.call;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.governance.boot.InvalidSettingException;
import io.governance.boot.call.GovernanceCallProperties.Retry;
import io.governance.boot.call.GovernanceCallProperties.Service;
import io.governance.call.RetryPolicy;

/**
 * How calls to one service are made.
 *
 * @param tryTimeout the limit of one try; zero for none
 * @param deadline the limit of all tries; zero for none
 * @param policy what may be tried again
 * @param readAhead which answers are read before they are handed over
 * @param breaker whether there are circuit breakers
 */
record CallSettings(Duration tryTimeout, Duration deadline, RetryPolicy policy, ReadAhead readAhead, boolean breaker) {

	private static final long MAX_READ_AHEAD = 16 * 1024 * 1024;

	/**
	 * The settings of a service.
	 * @throws InvalidSettingException if a property is out of its range
	 */
	static CallSettings of(GovernanceCallProperties properties, String service) {
		Service own = properties.services().getOrDefault(service, Service.NONE);
		Retry retry = properties.retry();
		Set<String> methods = given(own.methods(), retry.methods()).stream()
			.map((method) -> method.toUpperCase(Locale.ROOT))
			.collect(Collectors.toSet());
		RetryPolicy policy = given(own.retry(), retry.enabled())
				? new RetryPolicy(given(own.maxTries(), retry.maxTries()), methods,
						given(own.statuses(), retry.statuses()))
				: RetryPolicy.NONE;
		return new CallSettings(given(own.tryTimeout(), properties.tryTimeout()),
				given(own.deadline(), properties.deadline()), policy, new ReadAhead((int) retry.readAhead().toBytes()),
				given(own.breaker(), properties.breaker().enabled()));
	}

	/**
	 * Holds all properties against their ranges.
	 * @throws InvalidSettingException if one is out of its range
	 */
	static void check(GovernanceCallProperties properties) {
		GovernanceCallProperties.Breaker breaker = properties.breaker();
		Retry retry = properties.retry();
		require(retry.maxTries() >= 1, "retry.max-tries", "must be at least 1", "1 for no retries");
		require(retry.budget() >= 0 && retry.budget() <= 1, "retry.budget", "must be 0 to 1", "0.2 for 20 %");
		require(retry.minPerSecond() >= 0, "retry.min-per-second", "must not be negative", "0 for none");
		require(!retry.backoff().isNegative(), "retry.backoff", "must not be negative", "50ms");
		require(retry.readAhead().toBytes() >= 0 && retry.readAhead().toBytes() <= MAX_READ_AHEAD, "retry.read-ahead",
				"must be 0 to 16MB", "64KB");
		require(!retry.maxBackoff().isNegative(), "retry.max-backoff", "must not be negative", "1s");
		require(breaker.window().toSeconds() >= 1 && breaker.window().toSeconds() <= 3600, "breaker.window",
				"must be 1 second to 1 hour", "10s");
		require(breaker.minimumCalls() >= 1, "breaker.minimum-calls", "must be at least 1", "3");
		require(breaker.failureRate() > 0 && breaker.failureRate() <= 100, "breaker.failure-rate",
				"must be above 0 and at most 100", "50");
		require(breaker.openFor().toMillis() >= 1, "breaker.open-for", "must be at least 1 ms", "60s");
		require(breaker.trialCalls() >= 1, "breaker.trial-calls", "must be at least 1", "3");
		properties.services()
			.forEach((service, own) -> require(given(own.maxTries(), 1) >= 1, "services." + service + ".max-tries",
					"must be at least 1", "1 for no retries"));
	}

	private static void require(boolean holds, String name, String problem, String example) {
		if (!holds) {
			String property = "governance.call." + name;
			throw new InvalidSettingException(property, property + " " + problem,
					"Set " + property + " to such a value, for instance " + example, null);
		}
	}

	private static <T> T given(@Nullable T own, T general) {
		return (own != null) ? own : general;
	}

}
