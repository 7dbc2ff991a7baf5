package io.governance.consul;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How soon changes are told. A busy machine only adds time: changes are made up to three
 * times, and the best time of each counts.
 */
final class TimesTold {

	private static final Duration TOLD = Duration.ofSeconds(2);

	private static final int ROUNDS = 3;

	private final Map<String, Duration> best = new LinkedHashMap<>();

	private TimesTold() {
	}

	/** Makes changes, which can be made again, and asserts that each was told in time. */
	static void assertInTime(Consumer<TimesTold> changes) {
		TimesTold times = new TimesTold();
		int rounds = 0;
		do {
			changes.accept(times);
			rounds++;
		}
		while (!times.best.values().stream().allMatch(TimesTold::isInTime) && rounds < ROUNDS);
		assertThat(times.best).isNotEmpty()
			.allSatisfy((what, time) -> assertThat(time).as(what).isLessThanOrEqualTo(TOLD));
	}

	private static boolean isInTime(Duration time) {
		return time.compareTo(TOLD) <= 0;
	}

	/** Waits until a change that was just made is told. */
	void told(String what, Callable<Boolean> condition) {
		long begun = System.nanoTime();
		Awaitility.await(what).pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(20)).until(condition);
		Duration time = Duration.ofNanos(System.nanoTime() - begun);
		System.out.printf(Locale.ROOT, "Beyond the bound, %s was told after %d ms%n", what, time.toMillis());
		this.best.merge(what, time, (one, other) -> (one.compareTo(other) < 0) ? one : other);
	}

}
