package io.governance.gray;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ShareTests {

	private static final String RAMP = """
			{percentage: {salt: ramp, steps: [
			      {from: 2026-12-01T08:00:00Z, value: 5}, {from: 2026-12-01T16:00:00+00:00, value: 25.5},
			      {from: 2026-12-02T08:00:00+08:00, value: 100}]}}""";

	private static final List<GrayContext> USERS = IntStream.range(0, 2000)
		.mapToObj((i) -> GrayContext.ofUser("user" + i))
		.toList();

	private final SettableClock clock = new SettableClock("2026-11-01T00:00:00Z");

	@Test
	void shareFollowsItsSteps() {
		GrayStrategy ramp = ramp();
		assertThat(matching(ramp)).isEmpty();
		assertThat(ramp).hasToString("percentage(0.0, step 0 of 3, salted)");
		this.clock.set("2026-12-01T07:59:59.999Z");
		assertThat(matching(ramp)).isEmpty();
		this.clock.set("2026-12-01T08:00:00Z");
		assertThat(matching(ramp)).isEqualTo(matching(new PercentageStrategy(500, "ramp"))).isNotEmpty();
		this.clock.set("2026-12-01T23:00:00Z");
		assertThat(matching(ramp)).isEqualTo(matching(new PercentageStrategy(2550, "ramp")));
		this.clock.set("2026-12-02T00:00:00Z");
		assertThat(matching(ramp)).hasSize(2000);
	}

	@Test
	void nobodyMovesBackWhenTheClockDoes() {
		GrayStrategy ramp = ramp();
		Set<GrayContext> before = Set.of();
		for (String time : List.of("2026-12-01T09:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T17:00:00Z",
				"2026-12-01T08:30:00Z", "2026-12-03T00:00:00Z", "1970-01-01T00:00:00Z")) {
			this.clock.set(time);
			Set<GrayContext> now = matching(ramp);
			assertThat(now).containsAll(before);
			before = now;
		}
		assertThat(before).hasSize(2000);
	}

	@Test
	void stepsThatWereMissedAreTakenAtOnce() {
		GrayStrategy ramp = ramp();
		this.clock.set("2027-01-01T00:00:00Z");
		assertThat(matching(ramp)).hasSize(2000);
		assertThat(ramp).hasToString("percentage(100.0, step 3 of 3, salted)");
	}

	@Test
	void eachProcessDecidesTheSame() {
		GrayStrategy here = ramp();
		for (String time : List.of("2026-11-30T00:00:00Z", "2026-12-01T08:00:00Z", "2026-12-01T16:00:00Z",
				"2026-12-02T00:00:00Z")) {
			this.clock.set(time);
			assertThat(matching(ramp())).isEqualTo(matching(here));
		}
	}

	@Test
	void shareMayBeOfSessionsHeadersAndCookies() {
		assertThat(Requests.strategy("{percentage: {value: 100, of: session}}").matches(Requests.of("session", "a")))
			.isTrue();
		assertThat(Requests.strategy("{percentage: {value: 100, of: session}}").matches(GrayContext.ofUser("a")))
			.isFalse();
		GrayStrategy device = Requests.strategy("{percentage: {value: 30, of: {header: X-Device}}}");
		GrayStrategy cookie = Requests.strategy("{percentage: {value: 30, of: {cookie: sid}}}");
		GrayStrategy user = Requests.strategy("{percentage: 30}");
		for (int i = 0; i < 100; i++) {
			boolean expected = user.matches(GrayContext.ofUser("u" + i));
			assertThat(device.matches(Requests.of("header x-device", "u" + i))).isEqualTo(expected);
			assertThat(cookie.matches(Requests.of("cookie sid", "u" + i))).isEqualTo(expected);
		}
		assertThat(device).hasToString("percentage(30.0 of header X-Device)");
	}

	@Test
	void explanationTellsAtWhichShareTheUserIsIn() {
		GrayStrategy share = Requests.strategy("{percentage: {value: 12.5, hash: murmur3}}");
		for (GrayContext user : USERS.subList(0, 200)) {
			Condition condition = share.explain(user);
			double at = Double.parseDouble(condition.reason().replaceAll("[^0-9.]", ""));
			assertThat(condition.met()).isEqualTo(at <= 12.5);
		}
		assertThat(share.explain(GrayContext.NONE).reason()).isEqualTo("no user");
	}

	@Test
	void sharesThatWouldMoveUsersBackAreRefused() {
		Instant one = Instant.EPOCH;
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Share.rising(Map.of(one, 500, one.plusSeconds(1), 499), this.clock));
		assertThatIllegalArgumentException().isThrownBy(() -> Share.rising(Map.of(), this.clock));
		assertThatIllegalArgumentException().isThrownBy(() -> Share.rising(Map.of(one, 10_001), this.clock));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "{steps: []}|is empty: name at least one step",
			"{steps: [{from: 2026-12-01T08:00:00Z}]}|needs a time and a share",
			"{steps: [{from: 2026-12-01, value: 5}]}|must be a time with its offset",
			"{steps: [{from: 2026-12-01T08:00:00Z, value: 5}, {from: 2026-12-01T08:00:00Z, value: 6}]}|is not later",
			"{steps: [{from: 2026-12-01T08:00:00Z, value: 5}, {from: 2026-12-02T08:00:00Z, value: 4}]}|is lower than",
			"{steps: [{from: 2026-12-01T08:00:00Z, value: 101}]}|must be from 0", "{steps: 5}|must be a list",
			"{value: 5, steps: [{from: 2026-12-01T08:00:00Z, value: 5}]}|cannot stand beside 'value'",
			"{value: 5, of: device}|must be user, session", "{value: 5, of: {header: ''}}|is empty",
			"{value: 5, of: {}}|either a header or a cookie", "{value: 5, hash: murmur}|did you mean 'murmur3'?",
			"{salt: x}|has no 'value'" })
	void mistakesAreRefusedWhereTheyStand(String percentage, String reason) {
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> Requests.strategy("{percentage: " + percentage + "}"))
			.satisfies((ex) -> assertThat(ex.line()).isEqualTo(5))
			.withMessageContaining(reason);
	}

	private GrayStrategy ramp() {
		return Requests.strategy(RAMP, RuleDocuments.NONE, this.clock);
	}

	private static Set<GrayContext> matching(GrayStrategy strategy) {
		Set<GrayContext> matching = new HashSet<>();
		USERS.stream().filter(strategy::matches).forEach(matching::add);
		return matching;
	}

}
