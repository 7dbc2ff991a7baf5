package io.governance.gray;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

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
	public static final GrayRules NONE = new GrayRules(List.of(), List.of());

	/** The most rules. */
	public static final int MAX_RULES = 64;

	private final List<GrayRule> rules;

	private final List<ConfigRule> configRules;

	private final GrayStrategy[] strategies;

	/**
	 * For each rule the rules that it leaves nothing to once it has won, as a bit set.
	 */
	private final long[] overruled;

	private final Decisions decisions;

	private GrayRules(List<GrayRule> rules, List<ConfigRule> configRules) {
		this.rules = List.copyOf(rules);
		this.configRules = List.copyOf(configRules);
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
		return of(rules, List.of());
	}

	/**
	 * Compiles rules about requests, and about the config of instances.
	 * @param rules the rules about requests, the first one first
	 * @param configRules the rules about config, the first one first
	 * @return the compiled rules
	 * @throws IllegalArgumentException if there are more than {@value #MAX_RULES} of one
	 * kind, if two have the same name, or if the lanes of all their services do not fit
	 * into a header
	 */
	public static GrayRules of(List<GrayRule> rules, List<ConfigRule> configRules) {
		if (rules.size() > MAX_RULES || configRules.size() > MAX_RULES) {
			throw new IllegalArgumentException(
					Math.max(rules.size(), configRules.size()) + " gray rules are more than " + MAX_RULES);
		}
		Set<String> names = new HashSet<>();
		rules.forEach((rule) -> checkName(rule.name(), names));
		configRules.forEach((rule) -> checkName(rule.name(), names));
		checkHeader(rules);
		return (rules.isEmpty() && configRules.isEmpty()) ? NONE : new GrayRules(rules, configRules);
	}

	private static void checkName(String name, Set<String> names) {
		if (!names.add(name)) {
			throw new IllegalArgumentException("Two gray rules have the name '" + name + "'");
		}
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
	 * The rules about requests.
	 * @return the rules in their order, immutable
	 */
	public List<GrayRule> rules() {
		return this.rules;
	}

	/**
	 * The rules about config.
	 * @return the rules in their order, immutable
	 */
	public List<ConfigRule> configRules() {
		return this.configRules;
	}

	/**
	 * How many rules there are.
	 * @return the number of rules of both kinds
	 */
	public int size() {
		return this.rules.size() + this.configRules.size();
	}

	/**
	 * The variants that an instance of an application gets.
	 * @param application the application
	 * @param instance the instance
	 * @return the variants, the one that comes before the others first; each once
	 */
	public List<String> variants(String application, InstanceContext instance) {
		return this.configRules.stream()
			.filter((rule) -> rule.covers(application) && rule.strategy().matches(instance))
			.map(ConfigRule::variant)
			.distinct()
			.toList();
	}

	/**
	 * The lanes that requests may take at a service by these rules.
	 * @param service the service's name
	 * @return the lanes but for the stable one
	 */
	public Set<Lane> lanes(String service) {
		return this.rules.stream()
			.filter((rule) -> rule.covers(service) && !rule.lane().equals(Lane.STABLE))
			.map(GrayRule::lane)
			.collect(Collectors.toUnmodifiableSet());
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
		this.configRules.forEach((rule) -> names.add(rule.name()));
		return "GrayRules" + names;
	}

}
