package io.governance.gray;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

import io.governance.internal.Spelling;
import org.jspecify.annotations.Nullable;

/**
 * Reads gray rules from YAML. The text may come from anywhere: it is bounded in size,
 * depth and aliases, and creates no types. Thread-safe.
 */
public final class GrayRulesParser {

	private static final Pattern NAME = Pattern.compile("\\P{Cntrl}{1,100}");

	private final Map<String, GrayStrategyFactory> factories = new LinkedHashMap<>();

	/**
	 * Creates a parser that knows the strategies {@code users}, {@code percentage},
	 * {@code any} and {@code all}.
	 */
	public GrayRulesParser() {
		this(List.of());
	}

	/**
	 * Creates a parser that knows further strategies.
	 * @param factories what makes the further strategies
	 * @throws IllegalArgumentException if two strategies have the same name
	 */
	public GrayRulesParser(List<? extends GrayStrategyFactory> factories) {
		List<GrayStrategyFactory> all = new ArrayList<>(BuiltInStrategies.factories());
		all.addAll(factories);
		for (GrayStrategyFactory factory : all) {
			if (this.factories.putIfAbsent(factory.name(), factory) != null) {
				throw new IllegalArgumentException("Two gray strategies have the name '" + factory.name() + "'");
			}
		}
	}

	/**
	 * Reads rules.
	 * @param document the name of the document, for messages
	 * @param text its text
	 * @return the rules; {@link GrayRules#NONE} for an empty document
	 * @throws InvalidRulesException if the rules are not valid
	 */
	public GrayRules parse(String document, String text) {
		RulesNode root = new RulesReader(document, this.factories).root(text);
		if (root == null) {
			return GrayRules.NONE;
		}
		RulesNode list = root.entries("rules").get("rules");
		if (list == null || list.isEmpty()) {
			return GrayRules.NONE;
		}
		List<GrayRule> rules = new ArrayList<>();
		Map<String, RulesNode> byName = new HashMap<>();
		for (RulesNode item : list.items()) {
			rules.add(rule(item, byName));
		}
		try {
			return GrayRules.of(rules);
		}
		catch (IllegalArgumentException ex) {
			throw list.invalid("cannot be used together: " + ex.getMessage(), ex);
		}
	}

	private GrayRule rule(RulesNode item, Map<String, RulesNode> byName) {
		RulesNode nameNode = required(item.entries(), "name", item, "call the rule something");
		String name = nameNode.text();
		if (!NAME.matcher(name).matches()) {
			throw nameNode.invalid("must be 1 to 100 characters, none of them a control character");
		}
		RulesNode rule = item.of(name);
		RulesNode other = byName.putIfAbsent(name, nameNode);
		if (other != null) {
			throw rule.entries()
				.getOrDefault("name", rule)
				.invalid("is the name of the rule in line " + other.line() + " too: give each rule a name of its own");
		}
		Map<String, RulesNode> entries = rule.entries("name", "service", "lane", "match", "otherwise");
		RulesNode service = required(entries, "service", rule, "name the service that is called, or \"*\" for each");
		if (!GrayRule.isService(service.text())) {
			throw service.invalid("is not a valid name of a service, nor \"*\" for each");
		}
		RulesNode lane = required(entries, "lane", rule, "name the lane that matching requests take");
		if (!Lane.isName(lane.text())) {
			throw lane.invalid("is not a valid name of a lane: 1 to 128 letters, digits and _ . : + @ -");
		}
		GrayStrategy match = required(entries, "match", rule, "say which requests match, such as {percentage: 10}")
			.strategy();
		return new GrayRule(name, service.text(), new Lane(lane.text()), match, otherwise(entries.get("otherwise")));
	}

	private static RulesNode required(Map<String, RulesNode> entries, String key, RulesNode parent, String fix) {
		RulesNode node = entries.get(key);
		if (node == null) {
			throw parent.invalid("has no '" + key + "': " + fix);
		}
		return node;
	}

	private static Otherwise otherwise(@Nullable RulesNode node) {
		if (node == null) {
			return Otherwise.STABLE;
		}
		String text = node.text();
		List<String> allowed = new ArrayList<>();
		for (Otherwise otherwise : Otherwise.values()) {
			String name = otherwise.name().toLowerCase(Locale.ROOT);
			if (name.equals(text)) {
				return otherwise;
			}
			allowed.add(name);
		}
		throw node.invalid("is not known" + Spelling.didYouMean(text, allowed));
	}

}
