package io.governance.gray;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Looks up rules that require a share of the same subject by the same hash: the id is
 * read once for several. Immutable and thread-safe.
 */
final class ShareLookUp {

	private final Subject subject;

	private final ShareHash hash;

	/** The bit of the rule of each share. */
	private final long[] rules;

	private final int[] seeds;

	private final Share[] shares;

	private final long others;

	private ShareLookUp(Map<Integer, PercentageStrategy> dependent) {
		PercentageStrategy first = dependent.values().iterator().next();
		this.subject = first.subject();
		this.hash = first.hash();
		int places = (dependent.size() + ShareHash.LANES - 1) / ShareHash.LANES * ShareHash.LANES;
		this.rules = new long[places];
		this.seeds = new int[places];
		this.shares = new Share[places];
		Arrays.fill(this.shares, Share.of(0));
		long others = -1;
		int place = 0;
		for (Map.Entry<Integer, PercentageStrategy> entry : dependent.entrySet()) {
			this.rules[place] = 1L << entry.getKey();
			this.seeds[place] = entry.getValue().seed();
			this.shares[place] = entry.getValue().share();
			others &= ~this.rules[place++];
		}
		this.others = others;
	}

	/**
	 * Makes the look-ups for rules.
	 * @param rules the rules, at most 64
	 * @return a look-up wherever more than one rule requires a share of the same
	 */
	static List<ShareLookUp> of(List<? extends RequestRule> rules) {
		Map<String, Map<Integer, PercentageStrategy>> alike = new LinkedHashMap<>();
		for (int i = 0; i < rules.size(); i++) {
			PercentageStrategy share = share(rules.get(i).strategy());
			if (share != null) {
				alike.computeIfAbsent(share.hash() + " " + share.subject(), (subject) -> new LinkedHashMap<>())
					.put(i, share);
			}
		}
		return alike.values().stream().filter((dependent) -> dependent.size() > 1).map(ShareLookUp::new).toList();
	}

	private static @Nullable PercentageStrategy share(GrayStrategy strategy) {
		return AllStrategy.parts(strategy)
			.filter(PercentageStrategy.class::isInstance)
			.map(PercentageStrategy.class::cast)
			.findFirst()
			.orElse(null);
	}

	/**
	 * The rules that remain to be asked about a request. Allocates nothing.
	 * @param context what is known of the request
	 * @return these rules as a bit set; also those that are not looked up here
	 */
	long remaining(GrayContext context) {
		String id;
		try {
			id = this.subject.of(context);
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
			// Each rule tells of it, and is guarded.
			return -1;
		}
		long remaining = this.others;
		if (id != null && !id.isBlank()) {
			long members = this.hash.members(this.seeds, this.shares, id);
			for (; members != 0; members &= members - 1) {
				remaining |= this.rules[Long.numberOfTrailingZeros(members)];
			}
		}
		return remaining;
	}

	@Override
	public String toString() {
		return "ShareLookUp[" + this.subject + ", " + this.rules.length + " shares]";
	}

}
