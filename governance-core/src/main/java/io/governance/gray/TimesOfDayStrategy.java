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
final class TimesOfDayStrategy implements GrayStrategy, Timed {

	private static final long DAY = TimeUnit.DAYS.toMillis(1);

	private final int from;

	private final int to;

	/** One bit for each day of the week, Monday first. */
	private final int days;

	private final ZoneId zone;

	private final InstantSource clock;

	private final String description;

	/** Replaced when the clock leaves it; which one a thread sees does not matter. */
	private Phase phase = new Phase(Long.MAX_VALUE, Long.MIN_VALUE, false);

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
	}

	private static String text(int seconds) {
		return (seconds * 1000L == DAY) ? "24:00" : LocalTime.ofSecondOfDay(seconds).toString();
	}

	@Override
	public boolean matches(GrayContext context) {
		long now = this.clock.millis();
		Phase phase = this.phase;
		if (!phase.holds(now)) {
			phase = at(now);
			this.phase = phase;
		}
		return phase.met();
	}

	@Override
	public InstantSource clock() {
		return this.clock;
	}

	/** Until the clocks on the walls show another bound, or are set. */
	@Override
	public Phase at(long now) {
		ZoneRules rules = this.zone.getRules();
		Instant moment = Instant.ofEpochMilli(now);
		ZoneOffsetTransition set = rules.previousTransition(moment.plusNanos(1));
		ZoneOffsetTransition next = rules.nextTransition(moment);
		long local = now + TimeUnit.SECONDS.toMillis(rules.getOffset(moment).getTotalSeconds());
		long day = Math.floorDiv(local, DAY);
		int time = (int) (local - day * DAY);
		long begin = 0;
		long end = DAY;
		for (int bound : new int[] { this.from, this.to }) {
			begin = (bound <= time) ? Math.max(begin, bound) : begin;
			end = (bound > time) ? Math.min(end, bound) : end;
		}
		long midnight = now - time;
		return new Phase((set != null) ? Math.max(set.getInstant().toEpochMilli(), midnight + begin) : midnight + begin,
				(next != null) ? Math.min(next.getInstant().toEpochMilli(), midnight + end) : midnight + end,
				isMet(day, time));
	}

	private boolean isMet(long day, int time) {
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

}
