package io.governance.gray;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import io.governance.internal.Spelling;
import org.jspecify.annotations.Nullable;

/**
 * Reads conditions on the time.
 */
final class BetweenReader {

	private static final Pattern TIME = Pattern.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?");

	private static final String MIDNIGHT = "24:00";

	private BetweenReader() {
	}

	static GrayStrategy read(RulesNode definition) {
		Map<String, RulesNode> entries = definition.entries("from", "to", "days", "zone");
		RulesNode from = entries.get("from");
		RulesNode to = entries.get("to");
		if (entries.containsKey("days") || isTime(from) || isTime(to)) {
			return timesOfDay(definition, entries);
		}
		if (entries.containsKey("zone")) {
			throw entries.get("zone")
				.invalidKey("belongs to times of day, such as 22:00: points in time have their offset with them");
		}
		if (from == null && to == null) {
			throw definition.invalid("has neither 'from' nor 'to': write {from: 2026-12-01T08:00:00Z}, or {from: "
					+ "\"22:00\", to: \"06:00\", zone: Asia/Shanghai}");
		}
		Instant begin = (from != null) ? from.instant() : null;
		Instant end = (to != null) ? to.instant() : null;
		if (to != null && begin != null && end != null && !begin.isBefore(end)) {
			throw to.invalid("is not later than 'from': no request would ever match");
		}
		return new InstantsStrategy(begin, end, definition.clock());
	}

	/** Whatever has no date in it is meant as a time of day. */
	private static boolean isTime(@Nullable RulesNode node) {
		return node != null && node.text().matches("[0-9]{1,2}(:.*)?");
	}

	private static GrayStrategy timesOfDay(RulesNode definition, Map<String, RulesNode> entries) {
		RulesNode from = entries.get("from");
		RulesNode to = entries.get("to");
		RulesNode days = entries.get("days");
		RulesNode zone = RuleReader.required(entries, "zone", definition,
				"say whose clocks count, such as zone: Asia/Shanghai");
		if ((from == null) != (to == null)) {
			throw definition.invalid("needs both 'from' and 'to' of the day, or neither for whole days");
		}
		int begin = (from != null) ? seconds(from) : 0;
		int end = (to != null) ? seconds(to) : seconds(MIDNIGHT);
		if (from != null && begin == seconds(MIDNIGHT)) {
			throw from.invalid("is the end of a day: write 00:00, and the next day");
		}
		if (to != null && begin == end) {
			throw to.invalid("is the same as 'from': for whole days leave out both, and name 'days'");
		}
		return new TimesOfDayStrategy(begin, end, (days != null) ? days(days) : EnumSet.allOf(DayOfWeek.class),
				zone(zone), definition.clock());
	}

	private static int seconds(RulesNode node) {
		String text = node.text();
		if (!TIME.matcher(text).matches() && !text.equals(MIDNIGHT)) {
			throw node.invalid("must be a time of day from 00:00 to 24:00, such as 06:30 or 23:59:30");
		}
		return seconds(text);
	}

	private static int seconds(String text) {
		return text.equals(MIDNIGHT) ? 24 * 3600 : LocalTime.parse(text).toSecondOfDay();
	}

	private static Set<DayOfWeek> days(RulesNode node) {
		List<String> names = new ArrayList<>();
		for (DayOfWeek day : DayOfWeek.values()) {
			names.add(day.name().substring(0, 3).toLowerCase(Locale.ROOT));
		}
		Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
		for (RulesNode item : node.items()) {
			int index = names.indexOf(item.text());
			if (index < 0) {
				throw item.invalid("is not a day" + Spelling.didYouMean(item.text(), names));
			}
			days.add(DayOfWeek.of(index + 1));
		}
		if (days.isEmpty()) {
			throw node.invalid("is empty: name at least one day");
		}
		return days;
	}

	private static ZoneId zone(RulesNode node) {
		String text = node.text();
		try {
			return ZoneId.of(text);
		}
		catch (DateTimeException ex) {
			throw node.invalid("is not a known time zone" + Spelling.closest(text, ZoneId.getAvailableZoneIds())
				.map((zone) -> ": did you mean '" + zone + "'?")
				.orElse(": write its name, such as Asia/Shanghai, or an offset such as +08:00"), ex);
		}
	}

}
