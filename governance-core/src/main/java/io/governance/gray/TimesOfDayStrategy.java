package io.governance.gray;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Requests at certain times of certain days, as the clocks on the walls of a zone show
 * them: an hour that is left out in spring does not come, one that is repeated in autumn
 * comes twice. What goes on past midnight belongs to the day on which it began.
 */
final class TimesOfDayStrategy implements GrayStrategy {

	private static final long DAY = TimeUnit.DAYS.toMillis(1);

	private final int from;

	private final int to;

	/** One bit for each day of the week, Monday first. */
	private final int days;

	private final ZoneId zone;

	private final InstantSource clock;

	private final String description;

	/** Replaced when the clock leaves it; which one a thread sees does not matter. */
	private Offset offset;

	/**
	 * Creates a strategy.
	 * @param from the seconds of the day from which requests match
	 * @param to the seconds of the day before which they match: of the next day if not
	 * later than the first ones
	 * @param days the days on which it begins
	 * @param zone the zone whose clocks show that
	 * @param clock tells the time
	 */
	TimesOfDayStrategy(int from, int to, Set<DayOfWeek> days, ZoneId zone, InstantSource clock) {
		this.from = from * 1000;
		this.to = to * 1000;
		this.days = days.stream().mapToInt((day) -> 1 << day.ordinal()).sum();
		this.zone = zone;
		this.clock = clock;
		this.description = "between(" + text(from) + " to " + text(to) + ((days.size() < 7) ? " on " + days : "")
				+ " in " + zone + ")";
		this.offset = Offset.at(clock.instant(), zone.getRules());
	}

	private static String text(int seconds) {
		return (seconds * 1000L == DAY) ? "24:00" : LocalTime.ofSecondOfDay(seconds).toString();
	}

	@Override
	public boolean matches(GrayContext context) {
		long now = this.clock.millis();
		Offset offset = this.offset;
		if (now < offset.from || now >= offset.to) {
			offset = Offset.at(Instant.ofEpochMilli(now), this.zone.getRules());
			this.offset = offset;
		}
		long local = now + offset.millis;
		long day = Math.floorDiv(local, DAY);
		int time = (int) (local - day * DAY);
		if (this.from < this.to) {
			return time >= this.from && time < this.to && begins(day);
		}
		return (time >= this.from && begins(day)) || (time < this.to && begins(day - 1));
	}

	/** Whether it begins on a day, counted from the first day of 1970, a Thursday. */
	private boolean begins(long day) {
		return (this.days >> Math.floorMod(day + 3, 7) & 1) != 0;
	}

	@Override
	public Condition explain(GrayContext context) {
		return Condition.of(this, matches(context),
				"it is " + this.clock.instant().atZone(this.zone).truncatedTo(ChronoUnit.SECONDS));
	}

	@Override
	public String toString() {
		return this.description;
	}

	/**
	 * What clocks are set to for some time. Immutable.
	 *
	 * @param from since when, in milliseconds
	 * @param to until when
	 * @param millis how far they are ahead of UTC
	 */
	private record Offset(long from, long to, long millis) {

		static Offset at(Instant now, ZoneRules rules) {
			ZoneOffsetTransition next = rules.nextTransition(now);
			ZoneOffsetTransition last = rules.previousTransition(now.plusNanos(1));
			return new Offset((last != null) ? last.getInstant().toEpochMilli() : Long.MIN_VALUE,
					(next != null) ? next.getInstant().toEpochMilli() : Long.MAX_VALUE,
					TimeUnit.SECONDS.toMillis(rules.getOffset(now).getTotalSeconds()));
		}

	}

}
