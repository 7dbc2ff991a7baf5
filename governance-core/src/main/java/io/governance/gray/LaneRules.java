package io.governance.gray;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The rules that give lanes, in the order in which they count. Immutable and thread-safe.
 */
final class LaneRules {

	/** The most rules. */
	static final int MAX = 2 * Long.SIZE;

	private final ActiveRule[] rules;

	private final RuleLookUp[] lookUps;

	private final ShareLookUp[] sharesLow;

	private final ShareLookUp[] sharesHigh;

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
		this.lookUps = Stream
			.concat(TimeLookUp.of(rules, rules.stream().map(activate::end).toList()).stream(),
					TextLookUp.of(rules).stream())
			.toArray(RuleLookUp[]::new);
		int low = Math.min(size, Long.SIZE);
		this.sharesLow = ShareLookUp.of(rules.subList(0, low)).toArray(ShareLookUp[]::new);
		this.sharesHigh = ShareLookUp.of(rules.subList(low, size)).toArray(ShareLookUp[]::new);
		this.overruledLow = new long[size];
		this.overruledHigh = new long[size];
		for (int i = 0; i < size; i++) {
			for (int j = i + 1; j < size; j++) {
				if (rules.get(i).covers(rules.get(j).service())) {
					(j < Long.SIZE ? this.overruledLow : this.overruledHigh)[i] |= 1L << j;
				}
			}
		}
		this.allLow = bits(low);
		this.allHigh = bits(size - low);
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
		for (RuleLookUp lookUp : this.lookUps) {
			RuleSet remaining = lookUp.remaining(context);
			openLow &= remaining.low();
			openHigh &= remaining.high();
		}
		for (ShareLookUp shares : this.sharesLow) {
			openLow &= shares.remaining(context);
		}
		for (ShareLookUp shares : this.sharesHigh) {
			openHigh &= shares.remaining(context);
		}
		long wonLow = 0;
		long wonHigh = 0;
		while (openLow != 0) {
			int i = Long.numberOfTrailingZeros(openLow);
			openLow &= openLow - 1;
			if (this.rules[i].meets(context)) {
				wonLow |= 1L << i;
				openLow &= ~this.overruledLow[i];
				openHigh &= ~this.overruledHigh[i];
			}
		}
		while (openHigh != 0) {
			int i = Long.numberOfTrailingZeros(openHigh);
			openHigh &= openHigh - 1;
			if (this.rules[Long.SIZE + i].meets(context)) {
				wonHigh |= 1L << i;
				openHigh &= ~this.overruledHigh[Long.SIZE + i];
			}
		}
		return ((wonLow | wonHigh) != 0) ? this.decisions.of(wonLow, wonHigh) : GrayDecision.STABLE;
	}

}
