package io.governance.gray;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks up rules that require a time, or end at one: as long as none of them changes its
 * mind, one look at the clock is enough for all.
 */
final class TimeLookUp implements RuleLookUp {

	private final InstantSource clock;

	private final List<Dependent> dependent;

	/** Replaced when the clock leaves it; which one a thread sees does not matter. */
	private Known known = new Known(Long.MAX_VALUE, Long.MIN_VALUE, RuleSet.ALL);

	private TimeLookUp(InstantSource clock, List<Dependent> dependent) {
		this.clock = clock;
		this.dependent = List.copyOf(dependent);
	}

	/**
	 * Makes the look-ups for rules.
	 * @param rules the rules, at most 128
	 * @param ends their ends, in the same order
	 * @return a look-up for each clock by which one of them goes
	 */
	static List<TimeLookUp> of(List<? extends RequestRule> rules, List<RuleEnd> ends) {
		Map<InstantSource, List<Dependent>> byClock = new IdentityHashMap<>();
		for (int i = 0; i < rules.size(); i++) {
			List<Timed> conditions = new ArrayList<>();
			if (!ends.get(i).isNever()) {
				conditions.add(ends.get(i));
			}
			AllStrategy.parts(rules.get(i).strategy())
				.filter(Timed.class::isInstance)
				.forEach((part) -> conditions.add((Timed) part));
			for (Timed condition : conditions) {
				byClock.computeIfAbsent(condition.clock(), (clock) -> new ArrayList<>())
					.add(new Dependent(i, condition));
			}
		}
		return byClock.entrySet().stream().map((entry) -> new TimeLookUp(entry.getKey(), entry.getValue())).toList();
	}

	@Override
	public RuleSet remaining(GrayContext context) {
		Known known = this.known;
		try {
			long now = this.clock.millis();
			if (now < known.from || now >= known.to) {
				known = at(now);
				this.known = known;
			}
		}
		catch (RuntimeException ex) {
			// A time that cannot be told changes nothing. Each rule tells of it, and is
			// guarded.
		}
		return known.remaining;
	}

	private Known at(long now) {
		long from = Long.MIN_VALUE;
		long to = Long.MAX_VALUE;
		RuleSet remaining = RuleSet.ALL;
		for (Dependent each : this.dependent) {
			Timed.Phase phase = each.condition.at(now);
			from = Math.max(from, phase.from());
			to = Math.min(to, phase.to());
			remaining = phase.met() ? remaining : remaining.without(each.rule);
		}
		return new Known(from, to, remaining);
	}

	/**
	 * A condition of a rule.
	 *
	 * @param rule the rule's place
	 * @param condition what must be met
	 */
	private record Dependent(int rule, Timed condition) {
	}

	/**
	 * What remains for some time. Immutable.
	 *
	 * @param from since when, in milliseconds
	 * @param to until when
	 * @param remaining the rules
	 */
	private record Known(long from, long to, RuleSet remaining) {
	}

}
