package io.governance.gray;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The strategies that every document of rules may use.
 */
final class BuiltInStrategies {

	/** No leading zero: in YAML that is another number. */
	private static final Pattern PERCENTAGE = Pattern.compile("(-?)(0|[1-9][0-9]{0,8})(?:\\.([0-9]+))?");

	private BuiltInStrategies() {
	}

	static List<GrayStrategyFactory> factories() {
		return List.of(factory("all", (definition) -> new AllStrategy(definition.strategies())),
				factory("any", (definition) -> new AnyStrategy(definition.strategies())),
				factory("percentage", BuiltInStrategies::percentage), factory("users", BuiltInStrategies::users));
	}

	/** The strategies of rules that are about instances instead of requests. */
	static List<GrayStrategyFactory> ofInstances() {
		return List.of(factory("all", (definition) -> new AllStrategy(definition.strategies())),
				factory("any", (definition) -> new AnyStrategy(definition.strategies())),
				factory("percentage", BuiltInStrategies::percentage),
				factory("instances", (definition) -> known("instances", definition, InstanceContext::id)),
				factory("zones", (definition) -> known("zones", definition, InstanceContext::zone)),
				factory("lanes", (definition) -> known("lanes", definition, InstanceContext::lane)),
				factory("addresses", BuiltInStrategies::addresses));
	}

	private static GrayStrategy known(String kind, RulesNode definition, Function<InstanceContext, String> attribute) {
		Set<String> values = texts(definition);
		return new InstanceStrategy(kind + "(" + values.size() + ")",
				(instance) -> values.contains(attribute.apply(instance)));
	}

	private static GrayStrategy addresses(RulesNode definition) {
		List<IpNetwork> networks = new ArrayList<>();
		for (RulesNode item : definition.items()) {
			try {
				networks.add(IpNetwork.parse(item.text()));
			}
			catch (IllegalArgumentException ex) {
				throw item.invalid("is neither an IP address nor a network: write 10.1.2.3 or 10.1.0.0/16");
			}
		}
		return new InstanceStrategy("addresses(" + networks.size() + ")", (instance) -> {
			InetAddress address = IpNetwork.address(instance.host());
			return address != null && networks.stream().anyMatch((network) -> network.contains(address));
		});
	}

	private static GrayStrategy users(RulesNode definition) {
		return new UsersStrategy(texts(definition));
	}

	private static Set<String> texts(RulesNode definition) {
		Set<String> texts = new HashSet<>();
		definition.items().forEach((item) -> texts.add(item.text()));
		return texts;
	}

	private static GrayStrategy percentage(RulesNode definition) {
		if (!definition.isMap()) {
			return new PercentageStrategy(basisPoints(definition));
		}
		Map<String, RulesNode> entries = definition.entries("value", "salt");
		RulesNode value = entries.get("value");
		if (value == null) {
			throw definition.invalid("has no 'value': write {value: 10, salt: a-word}, or the number alone");
		}
		RulesNode salt = entries.get("salt");
		@Nullable String word = (salt != null) ? salt.text() : null;
		return new PercentageStrategy(basisPoints(value), word);
	}

	private static int basisPoints(RulesNode node) {
		Matcher matcher = PERCENTAGE.matcher(node.text());
		if (!matcher.matches()) {
			throw node.invalid("must be a number from 0 to 100 with at most two decimals, such as 12.5, and no % sign");
		}
		String decimals = (matcher.group(3) != null) ? matcher.group(3) : "";
		if (decimals.length() > 2) {
			throw node.invalid("has more than two decimals: hundredths of a percent are the smallest share");
		}
		int basisPoints = 100 * Integer.parseInt(matcher.group(2).substring(0, Math.min(4, matcher.group(2).length())))
				+ Integer.parseInt((decimals + "00").substring(0, 2));
		if (basisPoints > PercentageStrategy.ALL || !matcher.group(1).isEmpty()) {
			throw node.invalid("must be from 0 (nobody) to 100 (all users)");
		}
		return basisPoints;
	}

	private static GrayStrategyFactory factory(String name, Function<RulesNode, GrayStrategy> create) {
		return new GrayStrategyFactory() {

			@Override
			public String name() {
				return name;
			}

			@Override
			public GrayStrategy create(RulesNode definition) {
				return create.apply(definition);
			}

		};
	}

}
