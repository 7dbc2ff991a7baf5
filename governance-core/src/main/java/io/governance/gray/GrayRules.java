package io.governance.gray;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gray rules, compiled. Immutable and thread-safe.
 * <p>
 * For each service the first rule, in the order of the document, that is for the service
 * or for all and whose condition is met gives the lane; if there is none it is the stable
 * one. What a rule says to do otherwise holds for its service and lane, whoever came into
 * the lane, and here too the first rule counts.
 */
public final class GrayRules {

	/** No rules: everything is stable. */
	public static final GrayRules NONE = new GrayRules(List.of());

	/** The most rules. */
	public static final int MAX_RULES = 64;

	private final List<GrayRule> rules;

	private final GrayStrategy[] strategies;

	/**
	 * For each rule the rules that it leaves nothing to once it has won, as a bit set.
	 */
	private final long[] overruled;

	private final Decisions decisions;

	private GrayRules(List<GrayRule> rules) {
		this.rules = List.copyOf(rules);
		this.strategies = new GrayStrategy[rules.size()];
		this.overruled = new long[rules.size()];
		for (int i = 0; i < rules.size(); i++) {
			GrayRule rule = rules.get(i);
			this.strategies[i] = new GuardedStrategy("Gray rule '" + rule.name() + "'", rule.strategy());
			for (int j = i + 1; j < rules.size(); j++) {
				if (rule.covers(rules.get(j).service())) {
					this.overruled[i] |= 1L << j;
				}
			}
		}
		this.decisions = new Decisions(this.rules);
	}

	/**
	 * Compiles rules.
	 * @param rules the rules, the first one first
	 * @return the compiled rules
	 * @throws IllegalArgumentException if there are more than {@value #MAX_RULES}, if two
	 * have the same name, or if the lanes of all their services do not fit into a header
	 */
	public static GrayRules of(List<GrayRule> rules) {
		if (rules.size() > MAX_RULES) {
			throw new IllegalArgumentException(rules.size() + " gray rules are more than " + MAX_RULES);
		}
		Set<String> names = new HashSet<>();
		for (GrayRule rule : rules) {
			if (!names.add(rule.name())) {
				throw new IllegalArgumentException("Two gray rules have the name '" + rule.name() + "'");
			}
		}
		checkHeader(rules);
		return rules.isEmpty() ? NONE : new GrayRules(rules);
	}

	/** Whatever is decided later must fit into a header. */
	private static void checkHeader(List<GrayRule> rules) {
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

	/**
	 * The rules.
	 * @return the rules in their order, immutable
	 */
	public List<GrayRule> rules() {
		return this.rules;
	}

	/**
	 * Decides the lanes of a request. Takes no lock, and allocates nothing once rules
	 * have matched in the same combination before, for the combinations seen most
	 * recently.
	 * @param context what is known of the request
	 * @return its lanes
	 */
	public LaneContext decide(GrayContext context) {
		long open = -1;
		long won = 0;
		for (int i = 0; i < this.strategies.length; i++) {
			if ((open >>> i & 1) != 0 && this.strategies[i].matches(context)) {
				won |= 1L << i;
				open &= ~this.overruled[i];
			}
		}
		return (won != 0) ? this.decisions.of(won) : LaneContext.STABLE;
	}

	/**
	 * What the rules say about the lanes of a service in which no instance takes calls.
	 * @param service the service's name
	 * @return what to do by lane, for the lanes that the rules name for this service
	 */
	public Map<Lane, Otherwise> otherwise(String service) {
		Map<Lane, Otherwise> otherwise = new LinkedHashMap<>();
		for (GrayRule rule : this.rules) {
			if (rule.covers(service)) {
				otherwise.putIfAbsent(rule.lane(), rule.otherwise());
			}
		}
		return Map.copyOf(otherwise);
	}

	@Override
	public String toString() {
		List<String> names = new ArrayList<>();
		this.rules.forEach((rule) -> names.add(rule.name()));
		return "GrayRules" + names;
	}

}
