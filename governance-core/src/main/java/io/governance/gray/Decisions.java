package io.governance.gray;

import java.util.ArrayList;
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

	/** How many places a combination may be in. */
	private static final int WAYS = 4;

	private static final long ODD = 0xD1B54A32D192ED03L;

	/** 2^64 divided by the golden ratio. */
	private static final long GOLDEN = 0x9E3779B97F4A7C15L;

	private final List<GrayRule> rules;

	private final AtomicReferenceArray<@Nullable Known> table;

	private final int shift;

	Decisions(List<GrayRule> rules) {
		this.rules = rules;
		int bits = Math.max(2, Math.min(MAX_BITS, rules.size()));
		this.table = new AtomicReferenceArray<>(1 << bits);
		this.shift = Long.SIZE - bits;
	}

	/**
	 * The lanes for a combination.
	 * @param low the first 64 rules that won, as a bit set
	 * @param high those of the others that won
	 * @return the decision
	 */
	GrayDecision of(long low, long high) {
		long hash = (low + high * ODD) * GOLDEN;
		int slot = (int) (hash >>> this.shift);
		for (int way = 0; way < WAYS; way++) {
			Known known = this.table.get(slot ^ way);
			if (known == null) {
				return remember(slot ^ way, low, high);
			}
			if (known.low == low && known.high == high) {
				return known.decision;
			}
		}
		return remember(slot ^ (int) (hash & WAYS - 1), low, high);
	}

	private GrayDecision remember(int slot, long low, long high) {
		GrayDecision decision = make(low, high);
		this.table.set(slot, new Known(low, high, decision));
		return decision;
	}

	private GrayDecision make(long low, long high) {
		Map<String, Lane> lanes = new TreeMap<>();
		List<String> names = new ArrayList<>();
		for (int i = 0; i < this.rules.size(); i++) {
			if ((((i < Long.SIZE) ? low : high) >>> i & 1) != 0) {
				lanes.put(this.rules.get(i).service(), this.rules.get(i).lane());
				names.add(this.rules.get(i).name());
			}
		}
		Lane other = lanes.remove(GrayRule.ALL_SERVICES);
		return new GrayDecision(LaneContext.of(lanes, (other != null) ? other : Lane.STABLE), List.copyOf(names));
	}

	private record Known(long low, long high, GrayDecision decision) {
	}

}
