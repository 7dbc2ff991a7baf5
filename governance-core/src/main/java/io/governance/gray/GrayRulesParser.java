package io.governance.gray;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

import io.governance.internal.VariantNames;

/**
 * Reads gray rules from YAML. The text may come from anywhere: it is bounded in size,
 * depth and aliases, and creates no types. Thread-safe.
 */
public final class GrayRulesParser {

	private static final Pattern NAME = Pattern.compile("[^\\p{Cc}\\u2028\\u2029]{1,100}");

	private final RulesReader.Strategies strategies;

	private final InstantSource clock;

	/**
	 * Creates a parser that knows the built-in strategies, by the system's clock.
	 */
	public GrayRulesParser() {
		this(List.of(), InstantSource.system());
	}

	/**
	 * Creates a parser that knows further strategies of requests, by the system's clock.
	 * @param factories what makes the further strategies
	 * @throws IllegalArgumentException if two strategies have the same name
	 */
	public GrayRulesParser(List<? extends GrayStrategyFactory> factories) {
		this(factories, InstantSource.system());
	}

	/**
	 * Creates a parser that knows further strategies of requests.
	 * @param factories what makes the further strategies
	 * @param clock what conditions on the time go by
	 * @throws IllegalArgumentException if two strategies have the same name
	 */
	public GrayRulesParser(List<? extends GrayStrategyFactory> factories, InstantSource clock) {
		this(factories, clock, false);
	}

	private GrayRulesParser(List<? extends GrayStrategyFactory> factories, InstantSource clock, boolean lenient) {
		this.clock = clock;
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
	 * A parser for who cannot know all strategies of requests, nor further documents:
	 * strategies that it does not know meet no request, unless their names look like
	 * known ones misspelled, and documents that are not there are taken for empty ones.
	 * All else is held to the same rules.
	 * @return the parser
	 */
	public static GrayRulesParser lenient() {
		return new GrayRulesParser(List.of(), InstantSource.system(), true);
	}

	/**
	 * A parser for tools that check rules for applications: strategies that are beans
	 * ({@code bean: a-name}) are taken for there, and meet no request.
	 * @return the parser
	 */
	public static GrayRulesParser withoutApplication() {
		return new GrayRulesParser(List.of(new UnknownBeans()));
	}

	/**
	 * Reads rules that refer to no further documents.
	 * @param document the name of the document, for messages
	 * @param text its text
	 * @return the rules; {@link GrayRules#NONE} for an empty document
	 * @throws InvalidRulesException if the rules are not valid
	 */
	public GrayRules parse(String document, String text) {
		return parse(document, text, RuleDocuments.NONE);
	}

	/**
	 * The further documents that rules refer to.
	 * @param text the text of the rules, valid or not
	 * @return their names, as far as they can be told
	 */
	public Set<String> references(String text) {
		Set<String> names = new LinkedHashSet<>();
		try {
			parse(text, noting(names));
		}
		catch (InvalidRulesException ex) {
			// Whoever parses it with its documents is told.
		}
		return names;
	}

	/**
	 * Which rules a text has, and whether they say the same as those of another text.
	 * @param text the text of rules that are valid
	 * @param documents gives what tells the content of a further document from another
	 * one, such as its digest, by its name
	 * @return a digest of what each rule and its documents say by the rules' names, in
	 * their order; what stands around them, comments and layout, does not count
	 * @throws InvalidRulesException if the rules cannot be told apart
	 */
	public Map<String, String> digests(String text, UnaryOperator<String> documents) {
		Map<String, String> digests = new LinkedHashMap<>();
		RulesReader reader = new RulesReader("", this.strategies, RuleDocuments.NONE, this.clock);
		forEachRule(text, reader, (rule) -> digests.put(rule.name(), rule.digest()));
		Set<String> names = new TreeSet<>();
		RulesReader noting = noting(names);
		forEachRule(text, noting, (rule) -> {
			names.clear();
			read(rule, noting);
			names.forEach((name) -> digests.merge(rule.name(), documents.apply(name), (one, more) -> one + " " + more));
		});
		return digests;
	}

	private static void forEachRule(String text, RulesReader reader, Consumer<RulesNode> consumer) {
		RulesNode root = reader.root(text);
		RulesNode list = (root != null) ? root.entries().get("rules") : null;
		if (list != null && !list.isEmpty()) {
			Map<String, RulesNode> byName = new HashMap<>();
			list.items().forEach((item) -> consumer.accept(named(item, byName)));
		}
	}

	/** Reads without documents, and tells which ones are asked for. */
	private RulesReader noting(Collection<String> names) {
		return new RulesReader("", this.strategies, (name) -> {
			names.add(name);
			return "";
		}, this.clock, true);
	}

	private static Object read(RulesNode rule, RulesReader reader) {
		return rule.entries().containsKey("config") ? RuleReader.configRule(rule, reader)
				: RuleReader.requestRule(rule, reader);
	}

	/**
	 * Reads rules.
	 * @param document the name of the document, for messages
	 * @param text its text
	 * @param documents the further documents that it may refer to
	 * @return the rules; {@link GrayRules#NONE} for an empty document
	 * @throws InvalidRulesException if the rules are not valid
	 */
	public GrayRules parse(String document, String text, RuleDocuments documents) {
		return parse(text, new RulesReader(document, this.strategies, documents, this.clock));
	}

	private GrayRules parse(String text, RulesReader reader) {
		RulesNode root = reader.root(text);
		if (root == null) {
			return GrayRules.NONE;
		}
		RulesNode list = root.entries("rules").get("rules");
		if (list == null || list.isEmpty()) {
			return GrayRules.NONE;
		}
		List<RequestRule> rules = new ArrayList<>();
		LaneOverlaps overlaps = new LaneOverlaps();
		List<ConfigRule> configRules = new ArrayList<>();
		Map<String, RulesNode> byName = new HashMap<>();
		for (RulesNode item : list.items()) {
			RulesNode rule = named(item, byName);
			Object read = checked(rule, reader);
			if (read instanceof ConfigRule config) {
				configRules.add(config);
			}
			else if (read instanceof RequestRule request) {
				overlaps.check(rule, request);
				rules.add(request);
			}
		}
		try {
			return GrayRules.of(rules, configRules, this.clock);
		}
		catch (IllegalArgumentException ex) {
			throw list.invalid("cannot be used together: " + ex.getMessage(), ex);
		}
	}

	/** Whatever a rule is not, it is told with its place. */
	private static Object checked(RulesNode rule, RulesReader reader) {
		try {
			return read(rule, reader);
		}
		catch (IllegalArgumentException ex) {
			throw rule.invalid("cannot be used: " + ex.getMessage(), ex);
		}
	}

	private static RulesNode named(RulesNode item, Map<String, RulesNode> byName) {
		RulesNode nameNode = RuleReader.required(item.entries(), "name", item, "call the rule something");
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

}
