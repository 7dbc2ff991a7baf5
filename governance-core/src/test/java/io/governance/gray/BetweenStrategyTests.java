package io.governance.gray;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class BetweenStrategyTests {

	private final SettableClock clock = new SettableClock("2026-06-01T00:00:00Z");

	@Test
	void matchesFromOneInstantToAnother() {
		GrayStrategy between = strategy("{from: 2026-12-01T08:00:00Z, to: 2026-12-24T16:00:00+08:00}");
		assertThat(at(between, "2026-12-01T07:59:59.999Z")).isFalse();
		assertThat(at(between, "2026-12-01T08:00:00Z")).isTrue();
		assertThat(at(between, "2026-12-24T07:59:59.999Z")).isTrue();
		assertThat(at(between, "2026-12-24T08:00:00Z")).isFalse();
		assertThat(between).hasToString("between(from 2026-12-01T08:00:00Z to 2026-12-24T08:00:00Z)");
	}

	@Test
	void eitherEndMayBeMissing() {
		assertThat(at(strategy("{from: 2026-12-01T08:00:00Z}"), "2999-01-01T00:00:00Z")).isTrue();
		assertThat(at(strategy("{to: 2026-12-01T08:00:00Z}"), "1970-01-01T00:00:00Z")).isTrue();
		assertThat(at(strategy("{to: 2026-12-01T08:00:00Z}"), "2026-12-01T08:00:00Z")).isFalse();
	}

	@Test
	void whatGoesOnPastMidnightBelongsToTheDayOnWhichItBegan() {
		GrayStrategy nights = strategy("{from: \"22:00\", to: 06:00, days: [sat, sun], zone: Asia/Shanghai}");
		// The 6th of June 2026 is a Saturday.
		assertThat(at(nights, "2026-06-06T03:00:00+08:00")).isFalse();
		assertThat(at(nights, "2026-06-06T21:59:59+08:00")).isFalse();
		assertThat(at(nights, "2026-06-06T22:00:00+08:00")).isTrue();
		assertThat(at(nights, "2026-06-07T05:59:59+08:00")).isTrue();
		assertThat(at(nights, "2026-06-07T06:00:00+08:00")).isFalse();
		assertThat(at(nights, "2026-06-07T23:00:00+08:00")).isTrue();
		assertThat(at(nights, "2026-06-08T05:59:59+08:00")).isTrue();
		assertThat(at(nights, "2026-06-08T22:00:00+08:00")).isFalse();
	}

	@Test
	void wholeDaysNeedNoTimes() {
		GrayStrategy sundays = strategy("{days: [sun], zone: UTC}");
		assertThat(at(sundays, "2026-06-06T23:59:59.999Z")).isFalse();
		assertThat(at(sundays, "2026-06-07T00:00:00Z")).isTrue();
		assertThat(at(sundays, "2026-06-07T23:59:59.999Z")).isTrue();
		assertThat(at(sundays, "2026-06-08T00:00:00Z")).isFalse();
	}

	@Test
	void endOfTheDayCanBeWritten() {
		GrayStrategy evenings = strategy("{from: 18:00, to: 24:00, zone: +02:00}");
		assertThat(at(evenings, "2026-06-06T23:59:59+02:00")).isTrue();
		assertThat(at(evenings, "2026-06-07T00:00:00+02:00")).isFalse();
		assertThat(at(strategy("{from: 18:00, to: 00:00, zone: +02:00}"), "2026-06-06T23:59:59+02:00")).isTrue();
	}

	@Test
	void hourThatIsLeftOutDoesNotCome() {
		// At 2026-03-29T01:00Z the clocks go from 02:00 to 03:00.
		GrayStrategy between = strategy("{from: 02:15, to: 02:45, zone: Europe/Berlin}");
		assertThat(at(between, "2026-03-28T01:30:00Z")).isTrue();
		this.clock.set("2026-03-29T00:00:00Z");
		for (int minute = 0; minute < 180; minute++) {
			assertThat(between.matches(GrayContext.NONE)).isFalse();
			this.clock.advance(Duration.ofMinutes(1));
		}
		GrayStrategy across = strategy("{from: 01:30, to: 03:30, zone: Europe/Berlin}");
		assertThat(at(across, "2026-03-29T00:29:59Z")).isFalse();
		assertThat(at(across, "2026-03-29T00:30:00Z")).isTrue();
		assertThat(at(across, "2026-03-29T01:29:59Z")).isTrue();
		assertThat(at(across, "2026-03-29T01:30:00Z")).isFalse();
	}

	@Test
	void hourThatIsRepeatedComesTwice() {
		// At 2026-10-25T01:00Z the clocks go from 03:00 back to 02:00.
		GrayStrategy between = strategy("{from: 02:15, to: 02:45, zone: Europe/Berlin}");
		assertThat(at(between, "2026-10-25T00:14:59Z")).isFalse();
		assertThat(at(between, "2026-10-25T00:15:00Z")).isTrue();
		assertThat(at(between, "2026-10-25T00:45:00Z")).isFalse();
		assertThat(at(between, "2026-10-25T01:15:00Z")).isTrue();
		assertThat(at(between, "2026-10-25T01:45:00Z")).isFalse();
	}

	@Test
	void clockThatJumpsIsFollowedInBothDirections() {
		GrayStrategy between = strategy("{from: 08:00, to: 09:00, zone: Europe/Berlin}");
		assertThat(at(between, "2026-07-01T06:30:00Z")).isTrue();
		assertThat(at(between, "2026-12-01T06:30:00Z")).isFalse();
		assertThat(at(between, "2026-12-01T07:30:00Z")).isTrue();
		assertThat(at(between, "2026-07-01T06:30:00Z")).isTrue();
		assertThat(at(between, "1901-07-01T06:30:00Z")).isFalse();
		assertThat(at(between, "2026-07-01T06:30:00Z")).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata", "UTC",
			"-11:30", "Africa/Casablanca" })
	void agreesWithTheCalendarThroughTheYears(String zone) {
		ZoneId id = ZoneId.of(zone);
		Set<DayOfWeek> days = EnumSet.of(DayOfWeek.MONDAY, DayOfWeek.SATURDAY);
		GrayStrategy nights = new TimesOfDayStrategy(22 * 3600, 5 * 3600 + 1800, days, id, this.clock);
		GrayStrategy mornings = new TimesOfDayStrategy(60, 3 * 3600, days, id, this.clock);
		this.clock.set("2015-12-20T00:00:00Z");
		Instant end = Instant.parse("2019-02-01T00:00:00Z");
		while (this.clock.instant().isBefore(end)) {
			ZonedDateTime now = this.clock.instant().atZone(id);
			LocalTime time = now.toLocalTime();
			boolean late = !time.isBefore(LocalTime.of(22, 0));
			DayOfWeek began = late ? now.getDayOfWeek() : now.getDayOfWeek().minus(1);
			assertThat(nights.matches(GrayContext.NONE)).as("%s", now)
				.isEqualTo((late || time.isBefore(LocalTime.of(5, 30))) && days.contains(began));
			assertThat(mornings.matches(GrayContext.NONE)).as("%s", now)
				.isEqualTo(!time.isBefore(LocalTime.of(0, 1)) && time.isBefore(LocalTime.of(3, 0))
						&& days.contains(now.getDayOfWeek()));
			this.clock.advance(Duration.ofMinutes(29));
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "{from: 08:00, to: 09:00}|has no 'zone': say whose clocks count", "{days: [sat]}|has no 'zone'",
					"{from: 08:00, to: 09:00, zone: Europe/Berlinn}|did you mean 'Europe/Berlin'?",
					"{from: 08:00, to: 09:00, zone: Nowhere}|is not a known time zone",
					"{from: 08:00, to: 09:00, zone: '+25:00'}|is not a known time zone",
					"{from: 08:00, zone: UTC}|needs both 'from' and 'to'",
					"{from: 8:00, to: 09:00, zone: UTC}|must be a time of day",
					"{from: 08:00, to: 09:60, zone: UTC}|must be a time of day",
					"{from: 08, to: 09:00, zone: UTC}|must be a time",
					"{from: 08:00, to: 08:00, zone: UTC}|is the same as 'from'",
					"{from: 24:00, to: 08:00, zone: UTC}|is the end of",
					"{from: 08:00, to: 09:00, zone: UTC, days: []}|is empty",
					"{days: [tuesday], zone: UTC}|is not a day",
					"{from: 08:00, to: 2026-12-01T08:00:00Z, zone: UTC}|must be a time of day",
					"{from: 2026-12-01T08:00:00Z, zone: UTC}|belongs to times of day",
					"{from: 2026-12-01}|must be a time with its offset",
					"{from: 2026-12-01T08:00:00}|must be a time with its offset",
					"{from: 2026-12-01T08:00:00Z, to: 2026-12-01T08:00:00Z}|is not later than 'from'",
					"{}|has neither 'from' nor", "{until: 2026-12-01T08:00:00Z}|is not known here" })
	void mistakesAreRefusedWhereTheyStand(String between, String reason) {
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> strategy(between))
			.satisfies((ex) -> assertThat(ex.line()).isEqualTo(5))
			.withMessageContaining(reason);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{from: 2020-01-01T00:00:00Z}", "{from: 08:00, to: 09:00, zone: Asia/Shanghai}" })
	void explanationTellsTheTime(String between) {
		this.clock.set("2026-06-01T00:30:00Z");
		Condition condition = strategy(between).explain(GrayContext.NONE);
		assertThat(condition.met()).isTrue();
		assertThat(condition.reason()).matches("it is 2026-06-01T0(0|8):30.*");
	}

	private GrayStrategy strategy(String between) {
		return Requests.strategy("{between: " + between + "}", RuleDocuments.NONE, this.clock);
	}

	private boolean at(GrayStrategy strategy, String time) {
		this.clock.set(java.time.OffsetDateTime.parse(time).toInstant().toString());
		return strategy.matches(GrayContext.NONE);
	}

}
