package io.governance.gray;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds rules that would send the same requests to different lanes of a service, where
 * nothing but their order tells which one counts.
 */
final class LaneOverlaps {

	private final List<Written> before = new ArrayList<>();

	/**
	 * Holds a rule against those before it.
	 * @param node where it is written
	 * @param rule the rule
	 * @throws InvalidRulesException if it overlaps with one of them
	 */
	void check(RulesNode node, RequestRule rule) {
		if (!(rule instanceof GrayRule lane) || !lane.terms().enabled() || lane.terms().observe()) {
			return;
		}
		RulesNode match = RuleReader.required(node.entries(), "match", node, "");
		for (Written other : this.before) {
			if (other.rule.terms().priority() == lane.terms().priority()
					&& (other.rule.covers(lane.service()) || lane.covers(other.rule.service()))
					&& !other.rule.lane().equals(lane.lane())) {
				compare(match, lane, other);
			}
		}
		this.before.add(new Written(lane, match));
	}

	private static void compare(RulesNode match, GrayRule rule, Written other) {
		String which = "rule '" + other.rule.name() + "' in line " + other.match.line();
		if (other.match.sameAs(match)) {
			throw match.invalid("is the condition of " + which + " too, which sends its requests to another lane of "
					+ "the same service: change one of them, or give one a higher 'priority'");
		}
		int shared = shared(UsersStrategy.named(rule.strategy()), UsersStrategy.named(other.rule.strategy()));
		if (shared > 0) {
			throw match.invalid("names " + shared + " of the users of " + which
					+ ", which sends them to another lane of the same service: name each user once, or give one of "
					+ "the rules a higher 'priority'");
		}
		if (shareUsers(rule, other.rule)) {
			throw match.invalid("has a share that begins with the same users as that of " + which
					+ ", which sends them to another lane of the same service: give one of the rules a higher "
					+ "'priority', or each share a 'salt' of its own");
		}
	}

	private static boolean shareUsers(GrayRule one, GrayRule other) {
		List<PercentageStrategy> others = PercentageStrategy.named(other.strategy());
		return PercentageStrategy.named(one.strategy())
			.stream()
			.anyMatch((share) -> others.stream().anyMatch(share::beginsLike));
	}

	private static int shared(List<UserIds> some, List<UserIds> others) {
		return some.stream().mapToInt((one) -> one.shared(others)).sum();
	}

	private record Written(GrayRule rule, RulesNode match) {
	}

}
