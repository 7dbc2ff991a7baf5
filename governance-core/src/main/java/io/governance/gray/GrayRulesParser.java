package io.governance.gray;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

import io.governance.internal.Spelling;
import io.governance.internal.VariantNames;
import org.jspecify.annotations.Nullable;

/**
 * Reads gray rules from YAML. The text may come from anywhere: it is bounded in size,
 * depth and aliases, and creates no types. Thread-safe.
 */
public final class GrayRulesParser {

	private static final Pattern NAME = Pattern.compile("\\P{Cntrl}{1,100}");

	private final RulesReader.Strategies strategies;

	/**
	 * Creates a parser that knows the strategies {@code users}, {@code percentage},
	 * {@code any} and {@code all}, and in rules about instances {@code instances},
	 * {@code addresses}, {@code zones}, {@code lanes}, {@code percentage}, {@code any}
	 * and {@code all}.
	 */
	public GrayRulesParser() {
		this(List.of());
	}

	/**
	 * Creates a parser that knows further strategies of requests.
	 * @param factories what makes the further strategies
	 * @throws IllegalArgumentException if two strategies have the same name
	 */
	public GrayRulesParser(List<? extends GrayStrategyFactory> factories) {
		this(factories, false);
	}

	private GrayRulesParser(List<? extends GrayStrategyFactory> factories, boolean lenient) {
		List<GrayStrategyFactory> all = new ArrayList<>(BuiltInStrategies.factories());
		all.addAll(factories);
		this.strategies = new RulesReader.Strategies(byName(all), byName(BuiltInStrategies.ofInstances()), lenient);
	}

	private static Map<String, GrayStrategyFactory> byName(List<GrayStrategyFactory> factories) {
		Map<String, GrayStrategyFactory> byName = new LinkedHashMap<>();
		for (GrayStrategyFactory factory : factories) {
			if (byName.putIfAbsent(factory.name(), factory) != null) {
				throw new IllegalArgumentException("Two gray strategies have the name '" + factory.name() + "'");
			}
		}
		return byName;
	}

	/**
	 * A parser for who cannot know all strategies of requests: those that it does not
	 * know meet no request, unless their names look like known ones misspelled. All else
	 * is held to the same rules.
	 * @return the parser
	 */
	public static GrayRulesParser lenient() {
		return new GrayRulesParser(List.of(), true);
	}

	/**
	 * Reads rules.
	 * @param document the name of the document, for messages
	 * @param text its text
	 * @return the rules; {@link GrayRules#NONE} for an empty document
	 * @throws InvalidRulesException if the rules are not valid
	 */
	public GrayRules parse(String document, String text) {
		RulesReader reader = new RulesReader(document, this.strategies);
		RulesNode root = reader.root(text);
		if (root == null) {
			return GrayRules.NONE;
		}
		RulesNode list = root.entries("rules").get("rules");
		if (list == null || list.isEmpty()) {
			return GrayRules.NONE;
		}
		List<GrayRule> rules = new ArrayList<>();
		List<ConfigRule> configRules = new ArrayList<>();
		Map<String, RulesNode> byName = new HashMap<>();
		for (RulesNode item : list.items()) {
			RulesNode rule = named(item, byName);
			if (rule.entries().containsKey("config")) {
				configRules.add(configRule(rule, reader));
			}
			else {
				rules.add(rule(rule, reader));
			}
		}
		try {
			return GrayRules.of(rules, configRules);
		}
		catch (IllegalArgumentException ex) {
			throw list.invalid("cannot be used together: " + ex.getMessage(), ex);
		}
	}

	private static RulesNode named(RulesNode item, Map<String, RulesNode> byName) {
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
		return rule;
	}

	private static GrayRule rule(RulesNode rule, RulesReader reader) {
		Map<String, RulesNode> entries = rule.entries("name", "service", "lane", "match", "otherwise", "config",
				"variant");
		RulesNode variant = entries.get("variant");
		if (variant != null) {
			throw variant.invalidKey("belongs to a rule with 'config': a rule with 'service' names a 'lane'");
		}
		RulesNode service = required(entries, "service", rule, "name the service that is called, or \"*\" for each");
		if (!GrayRule.isService(service.text())) {
			throw service.invalid("is not a valid name of a service, nor \"*\" for each");
		}
		RulesNode lane = required(entries, "lane", rule, "name the lane that matching requests take");
		if (!Lane.isName(lane.text())) {
			throw lane.invalid("is not a valid name of a lane: 1 to 128 letters, digits and _ . : + @ -");
		}
		GrayStrategy match = reader
			.ofRequests(required(entries, "match", rule, "say which requests match, such as {percentage: 10}"));
		return new GrayRule(rule.name(), service.text(), new Lane(lane.text()), match,
				otherwise(entries.get("otherwise")));
	}

	private static ConfigRule configRule(RulesNode rule, RulesReader reader) {
		Map<String, RulesNode> entries = rule.entries("name", "config", "variant", "match");
		RulesNode application = required(entries, "config", rule, "name the application, or \"*\" for each");
		if (!GrayRule.isService(application.text())) {
			throw application.invalid("is not a valid name of an application, nor \"*\" for each");
		}
		RulesNode variant = required(entries, "variant", rule, "name the variant that matching instances get");
		if (!VariantNames.isValid(variant.text())) {
			throw variant.invalid("is not a valid name of a variant: 1 to 64 letters, digits and _ . -, "
					+ "beginning with a letter, a digit or _");
		}
		GrayStrategy match = reader
			.ofInstances(required(entries, "match", rule, "say which instances match, such as {percentage: 10}"));
		return new ConfigRule(rule.name(), application.text(), variant.text(), match);
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
