package io.governance.gray;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules that give lanes, in the order in which they count. Immutable and thread-safe.
 */
final class LaneRules {

	/** The most rules. */
	static final int MAX = 2 * Long.SIZE;

	private final ActiveRule[] rules;

	/**
	 * For each rule the rules that it leaves nothing to once it has won, as bit sets.
	 */
	private final long[] overruledLow;

	private final long[] overruledHigh;

	private final long allLow;

	private final long allHigh;

	private final Decisions decisions;

	LaneRules(List<GrayRule> rules, ActiveRule.Factory activate) {
		int size = rules.size();
		this.rules = rules.stream().map(activate::create).toArray(ActiveRule[]::new);
		this.overruledLow = new long[size];
		this.overruledHigh = new long[size];
		for (int i = 0; i < size; i++) {
			for (int j = i + 1; j < size; j++) {
				if (rules.get(i).covers(rules.get(j).service())) {
					(j < Long.SIZE ? this.overruledLow : this.overruledHigh)[i] |= 1L << j;
				}
			}
		}
		this.allLow = bits(Math.min(size, Long.SIZE));
		this.allHigh = bits(size - Math.min(size, Long.SIZE));
		this.decisions = new Decisions(rules);
	}

	private static long bits(int count) {
		return (count == 0) ? 0 : -1L >>> (Long.SIZE - count);
	}

	/** Whatever is decided later must fit into a header. */
	static void checkHeader(List<GrayRule> rules) {
		int length = 0;
		Map<String, Integer> longest = new HashMap<>();
		for (GrayRule rule : rules) {
			int entry = rule.service().length() + rule.lane().name().length() + 2;
			length += Math.max(0, entry - longest.getOrDefault(rule.service(), 0));
			longest.merge(rule.service(), entry, Math::max);
		}
		if (longest.size() > LaneContext.MAX_ENTRIES || length > LaneContext.MAX_HEADER_LENGTH) {
			throw new IllegalArgumentException("Gray rules for so many services do not fit into a lane header of "
					+ LaneContext.MAX_ENTRIES + " services and " + LaneContext.MAX_HEADER_LENGTH
					+ " characters; use fewer services, shorter names, or " + GrayRule.ALL_SERVICES);
		}
	}

	/** Takes no lock, and allocates nothing for combinations that were seen lately. */
	GrayDecision decide(GrayContext context) {
		long openLow = this.allLow;
		long openHigh = this.allHigh;
		long wonLow = 0;
		long wonHigh = 0;
		while (openLow != 0) {
			int i = Long.numberOfTrailingZeros(openLow);
			openLow &= openLow - 1;
			if (this.rules[i].matches(context)) {
				wonLow |= 1L << i;
				openLow &= ~this.overruledLow[i];
				openHigh &= ~this.overruledHigh[i];
			}
		}
		while (openHigh != 0) {
			int i = Long.numberOfTrailingZeros(openHigh);
			openHigh &= openHigh - 1;
			if (this.rules[Long.SIZE + i].matches(context)) {
				wonHigh |= 1L << i;
				openHigh &= ~this.overruledHigh[Long.SIZE + i];
			}
		}
		return ((wonLow | wonHigh) != 0) ? this.decisions.of(wonLow, wonHigh) : GrayDecision.STABLE;
	}

}
