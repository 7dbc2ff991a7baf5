package io.governance.gray;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The lanes for each combination of rules that win together: made when a combination is
 * first seen, and remembered in a table of bounded size where a newer combination may
 * replace an older one. Thread-safe without a lock.
 */
final class Decisions {

	private static final int MAX_BITS = 10;

	/** 2^64 divided by the golden ratio. */
	private static final long GOLDEN = 0x9E3779B97F4A7C15L;

	private final List<GrayRule> rules;

	private final AtomicReferenceArray<@Nullable Decision> table;

	private final int shift;

	Decisions(List<GrayRule> rules) {
		this.rules = rules;
		int bits = Math.max(1, Math.min(MAX_BITS, rules.size()));
		this.table = new AtomicReferenceArray<>(1 << bits);
		this.shift = Long.SIZE - bits;
	}

	/**
	 * The lanes for a combination.
	 * @param won the rules that won, as a bit set
	 * @return the lanes
	 */
	LaneContext of(long won) {
		int slot = (int) ((won * GOLDEN) >>> this.shift);
		Decision decision = this.table.get(slot);
		if (decision == null || decision.won != won) {
			decision = new Decision(won, make(won));
			this.table.set(slot, decision);
		}
		return decision.lanes;
	}

	private LaneContext make(long won) {
		Map<String, Lane> lanes = new TreeMap<>();
		for (int i = 0; i < this.rules.size(); i++) {
			if ((won >>> i & 1) != 0) {
				lanes.put(this.rules.get(i).service(), this.rules.get(i).lane());
			}
		}
		Lane other = lanes.remove(GrayRule.ALL_SERVICES);
		return LaneContext.of(lanes, (other != null) ? other : Lane.STABLE);
	}

	private record Decision(long won, LaneContext lanes) {
	}

}
