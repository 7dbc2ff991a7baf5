package io.governance.gray;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The strategies that every document of rules may use.
 */
final class BuiltInStrategies {

	private BuiltInStrategies() {
	}

	static List<GrayStrategyFactory> factories() {
		return of(BuiltInStrategies::ofRequests, "all", "any", "not", "percentage", "users", "region", "between",
				"header", "cookie", "query", "path", "method", "version");
	}

	private static GrayStrategy ofRequests(String name, RulesNode definition) {
		return switch (name) {
			case "all" -> new AllStrategy(definition.strategies());
			case "any" -> new AnyStrategy(definition.strategies());
			case "not" -> new NotStrategy(definition.strategy());
			case "percentage" -> ShareReader.percentage(definition);
			case "users" -> UsersStrategy.read(definition);
			case "region" -> RegionStrategy.read(definition);
			case "between" -> BetweenReader.read(definition);
			case "header" -> TextStrategy.named(name, definition, (header) -> TextSource.header(header.token()));
			case "cookie" -> TextStrategy.named(name, definition, (cookie) -> TextSource.cookie(cookie.token()));
			case "query" -> TextStrategy.named(name, definition, (query) -> TextSource.query(query.text()));
			case "path" -> TextStrategy.path(definition);
			case "method" -> TextStrategy.method(definition);
			case "version" -> VersionStrategy.read(definition);
			default -> throw new IllegalArgumentException(name);
		};
	}

	/** The strategies of rules that are about instances instead of requests. */
	static List<GrayStrategyFactory> ofInstances() {
		return of(BuiltInStrategies::ofInstances, "all", "any", "percentage", "instances", "zones", "lanes",
				"addresses");
	}

	private static GrayStrategy ofInstances(String name, RulesNode definition) {
		return switch (name) {
			case "all" -> new AllStrategy(definition.strategies());
			case "any" -> new AnyStrategy(definition.strategies());
			case "percentage" -> ShareReader.percentageOfInstances(definition);
			case "instances" -> known(name, definition, InstanceContext::id);
			case "zones" -> known(name, definition, InstanceContext::zone);
			case "lanes" -> known(name, definition, InstanceContext::lane);
			case "addresses" -> addresses(definition);
			default -> throw new IllegalArgumentException(name);
		};
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

	private static List<GrayStrategyFactory> of(BiFunction<String, RulesNode, GrayStrategy> reader, String... names) {
		List<GrayStrategyFactory> factories = new ArrayList<>(names.length);
		for (String name : names) {
			factories.add(new BuiltIn(name, reader));
		}
		return factories;
	}

	private record BuiltIn(String name,
			BiFunction<String, RulesNode, GrayStrategy> reader) implements GrayStrategyFactory {

		@Override
		public GrayStrategy create(RulesNode definition) {
			return this.reader.apply(this.name, definition);
		}

	}

}
