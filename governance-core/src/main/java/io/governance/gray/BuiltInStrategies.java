package io.governance.gray;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The strategies that every document of rules may use.
 */
final class BuiltInStrategies {

	private BuiltInStrategies() {
	}

	static List<GrayStrategyFactory> factories() {
		return List.of(factory("all", (definition) -> new AllStrategy(definition.strategies())),
				factory("any", (definition) -> new AnyStrategy(definition.strategies())),
				factory("not", (definition) -> new NotStrategy(definition.strategy())),
				factory("percentage", ShareReader::percentage), factory("users", UsersStrategy::read),
				factory("region", RegionStrategy::read), factory("between", BetweenReader::read),
				factory("header", (definition) -> TextStrategy.named("header", definition, TextSource::header)),
				factory("cookie", (definition) -> TextStrategy.named("cookie", definition, TextSource::cookie)),
				factory("query", (definition) -> TextStrategy.named("query", definition, TextSource::query)),
				factory("path", TextStrategy::path), factory("method", TextStrategy::method),
				factory("version", VersionStrategy::read));
	}

	/** The strategies of rules that are about instances instead of requests. */
	static List<GrayStrategyFactory> ofInstances() {
		return List.of(factory("all", (definition) -> new AllStrategy(definition.strategies())),
				factory("any", (definition) -> new AnyStrategy(definition.strategies())),
				factory("percentage", ShareReader::percentageOfInstances),
				factory("instances", (definition) -> known("instances", definition, InstanceContext::id)),
				factory("zones", (definition) -> known("zones", definition, InstanceContext::zone)),
				factory("lanes", (definition) -> known("lanes", definition, InstanceContext::lane)),
				factory("addresses", BuiltInStrategies::addresses));
	}

	private static GrayStrategy known(String kind, RulesNode definition, Function<InstanceContext, String> attribute) {
		Set<String> values = definition.texts();
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
