package io.governance.loadbalancer;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class LoadBalancerSettingsTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	static Stream<Arguments> invalid() {
		LoadBalancerSettings all = LoadBalancerSettings.DEFAULTS;
		return Stream.of(invalid("panicPercent must be 0 to 100, not 101", () -> all.withPanicPercent(101)),
				invalid("subsetSize must be 0 or more, not -1", () -> all.withSubsetSize(-1)),
				invalid("slowStart must not be negative, as PT-1S is", () -> all.withSlowStart(SECOND.negated())),
				invalid("minInstances must be 1 or more, not 0", () -> new ZoneSettings(true, 0, 0)),
				invalid("maxInFlight must be 0 or more, not -1", () -> new ZoneSettings(true, 1, -1)),
				invalid("consecutiveFailures must be 1 or more, not 0",
						() -> outliers(0, 0, SECOND, 1, 2, 1, 1, 0, 50)),
				invalid("warnConsecutiveFailures must be 1 to 5, not 6",
						() -> outliers(5, 6, SECOND, 1, 2, 1, 1, 0, 50)),
				invalid("interval must be more than nothing, not PT0S",
						() -> outliers(5, 3, Duration.ZERO, 1, 2, 1, 1, 0, 50)),
				invalid("minRequests must be 1 or more, not 0", () -> outliers(5, 3, SECOND, 0, 2, 1, 1, 0, 50)),
				invalid("minInstances must be 2 or more, not 1", () -> outliers(5, 3, SECOND, 1, 1, 1, 1, 0, 50)),
				invalid("deviations must be more than 0, not NaN",
						() -> outliers(5, 3, SECOND, 1, 2, Double.NaN, 1, 0, 50)),
				invalid("warnDeviations must be more than 0 and at most deviations (1.0), not 2.0",
						() -> outliers(5, 3, SECOND, 1, 2, 1, 2, 0, 50)),
				invalid("tolerance must be 0 to 1, not 1.5", () -> outliers(5, 3, SECOND, 1, 2, 1, 1, 1.5, 50)),
				invalid("maxEjectedPercent must be 0 to 100, not -1", () -> outliers(5, 3, SECOND, 1, 2, 1, 1, 0, -1)),
				invalid("maxTime must not be less than baseTime (PT10S), as PT1S is", () -> new OutlierSettings(true, 5,
						3, SECOND, 1, 2, 1, 1, 0, 50, Duration.ofSeconds(10), SECOND, SECOND)));
	}

	@ParameterizedTest
	@MethodSource("invalid")
	void refusesWhatIsOutOfRangeAndNamesIt(String message, Supplier<Object> settings) {
		assertThatIllegalArgumentException().isThrownBy(settings::get).withMessage(message);
	}

	@Test
	void changesOneSettingAndKeepsTheOthers() {
		LoadBalancerSettings settings = LoadBalancerSettings.DEFAULTS.withOutliers(OutlierSettings.OFF)
			.withPanicPercent(30)
			.withZone(ZoneSettings.OFF)
			.withSubsetSize(7)
			.withSlowStart(SECOND);
		assertThat(settings).isEqualTo(new LoadBalancerSettings(OutlierSettings.OFF, 30, ZoneSettings.OFF, 7, SECOND));
	}

	private static Arguments invalid(String message, Supplier<Object> settings) {
		return arguments(message, settings);
	}

	private static OutlierSettings outliers(int failures, int warn, Duration interval, int requests, int instances,
			double deviations, double warnDeviations, double tolerance, int percent) {
		return new OutlierSettings(true, failures, warn, interval, requests, instances, deviations, warnDeviations,
				tolerance, percent, SECOND, SECOND, SECOND);
	}

}
