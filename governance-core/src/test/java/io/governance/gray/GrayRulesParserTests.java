package io.governance.gray;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

@Timeout(30)
class GrayRulesParserTests {

	private final GrayRulesParser parser = new GrayRulesParser();

	@Test
	void readsRules() {
		GrayRules rules = this.parser.parse("gray.yaml", """
				rules:
				  - name: orders-v2
				    service: orders     # which callee
				    lane: gray
				    match:
				      any:
				        - users: [user123, 007, yes]
				        - percentage: 12.5
				        - all: [{percentage: {value: 50, salt: x}}, {users: [a]}]
				    otherwise: refuse
				  - {name: all, service: "*", lane: blue, match: {users: [b]}}
				""");
		assertThat(rules.rules()).extracting(RequestRule::name).containsExactly("orders-v2", "all");
		GrayRule first = (GrayRule) rules.rules().get(0);
		assertThat(first.service()).isEqualTo("orders");
		assertThat(first.lane()).isEqualTo(new Lane("gray"));
		assertThat(first.otherwise()).isEqualTo(Otherwise.REFUSE);
		assertThat(first.strategy())
			.hasToString("any[users(3), percentage(12.5), all[percentage(50.0, salted), users(1)]]");
		assertThat(first.strategy().matches(GrayContext.ofUser("007"))).isTrue();
		assertThat(first.strategy().matches(GrayContext.ofUser("yes"))).isTrue();
		assertThat(((GrayRule) rules.rules().get(1)).otherwise()).isEqualTo(Otherwise.STABLE);
		assertThat(((GrayRule) rules.rules().get(1)).service()).isEqualTo("*");
	}

	@Test
	void readsRulesAboutConfig() {
		GrayRules rules = this.parser.parse("gray.yaml", """
				rules:
				  - name: bigger-pool
				    config: orders
				    variant: big-pool
				    match:
				      any:
				        - instances: [orders-1]
				        - addresses: [10.1.0.0/16, "fd00::/8"]
				        - all: [{zones: [a]}, {lanes: [gray]}, {percentage: {value: 100, salt: x}}]
				  - {name: all, config: "*", variant: v1.2, match: {percentage: 0}}
				  - {name: traffic, service: orders, lane: gray, match: {users: [a]}}
				""");
		assertThat(rules.size()).isEqualTo(3);
		assertThat(rules.configRules()).extracting(ConfigRule::name).containsExactly("bigger-pool", "all");
		assertThat(rules.configRules().get(0).strategy())
			.hasToString("any[instances(1), addresses(2), all[zones(1), lanes(1), percentage(100.0, salted)]]");
		assertThat(rules.variants("orders", instance("orders-1", "host", "", "stable"))).containsExactly("big-pool");
		assertThat(rules.variants("orders", instance("x", "10.1.2.3", "", "stable"))).containsExactly("big-pool");
		assertThat(rules.variants("orders", instance("x", "fd00::1", "", "stable"))).containsExactly("big-pool");
		assertThat(rules.variants("orders", instance("x", "h", "a", "gray"))).containsExactly("big-pool");
		assertThat(rules.variants("orders", instance("x", "10.2.0.1", "a", "stable"))).isEmpty();
		assertThat(rules.variants("stock", instance("orders-1", "h", "", "stable"))).isEmpty();
		assertThat(rules.lanes("orders")).containsExactly(new Lane("gray"));
		assertThat(rules.lanes("stock")).isEmpty();
		assertThat(rules.decide(GrayContext.ofUser("a")).lanes().laneFor("orders")).isEqualTo(new Lane("gray"));
	}

	@Test
	void percentageOfInstancesOnlyGrows() {
		Set<String> before = Set.of();
		for (int percentage = 0; percentage <= 100; percentage += 5) {
			GrayRules rules = this.parser.parse("gray.yaml",
					"rules: [{name: r, config: orders, variant: v, match: {percentage: " + percentage + "}}]");
			Set<String> now = IntStream.range(0, 500)
				.mapToObj((i) -> "orders-10.0.0." + i + "-8080")
				.filter((id) -> !rules.variants("orders", instance(id, "h", "", "stable")).isEmpty())
				.collect(Collectors.toSet());
			assertThat(now).containsAll(before);
			assertThat(now.size()).isBetween(5 * percentage - 60, 5 * percentage + 60);
			before = now;
		}
		assertThat(before).hasSize(500);
	}

	private static InstanceContext instance(String id, String host, String zone, String lane) {
		return new InstanceContext(id, host, zone, lane);
	}

	static Stream<Arguments> rulesAboutConfigThatAreRefused() {
		return Stream.of(arguments("config: orders\n    match: {percentage: 1}", 2, "has no 'variant'"),
				arguments("config: orders\n    variant: a/b\n    match: {percentage: 1}", 4, "name of a variant"),
				arguments("config: 'a b'\n    variant: a\n    match: {percentage: 1}", 3, "name of an application"),
				arguments("config: orders\n    variant: a\n    match: {users: [a]}", 5,
						"tells requests apart, and a rule with 'config' is about instances"),
				arguments("config: orders\n    variant: a\n    match:\n      any: [{percentage: 1}, {users: [a]}]", 6,
						"tells requests apart"),
				arguments("config: orders\n    variant: a\n    match: {instance: [a]}", 5, "did you mean 'instances'"),
				arguments("config: orders\n    variant: a\n    match: {addresses: [10.1]}", 5,
						"is neither an IP address nor a network"),
				arguments("config: orders\n    variant: a\n    lane: b\n    match: {percentage: 1}", 5,
						"is not known here"),
				arguments("config: orders\n    variant: a\n    match:\n      percentage:\n        steps: "
						+ "[{from: 2026-01-01T00:00:00Z, value: 5}]", 7, "does not change with time"),
				arguments("config: orders\n    variant: a\n    match:\n      percentage:\n        value: 10\n"
						+ "        of: session", 8, "always one of instances"),
				arguments("service: orders\n    lane: gray\n    match: {zones: [a]}", 5,
						"tells instances apart, and a rule with 'service' is about requests"),
				arguments("service: orders\n    lane: gray\n    variant: a\n    match: {percentage: 1}", 5,
						"belongs to a rule with 'config'"),
				arguments("confg: orders\n    variant: a\n    match: {percentage: 1}", 3, "did you mean 'config'"));
	}

	@ParameterizedTest
	@MethodSource("rulesAboutConfigThatAreRefused")
	void refusesRulesThatMixInstancesAndRequests(String body, int line, String reason) {
		InvalidRulesException ex = refused("rules:\n  - name: r1\n    " + body + "\n");
		assertThat(ex).hasMessageContaining(reason);
		assertThat(ex.line()).isEqualTo(line);
	}

	@Test
	void refusesMoreVariantsThanCanBeTold() {
		String variants = IntStream.range(0, 101).mapToObj((i) -> "v" + i + ": 1").collect(Collectors.joining(", "));
		InvalidRulesException ex = refused("rules:\n  - name: r1\n    experiment: {" + variants + "}\n");
		assertThat(ex).hasMessageContaining("has 101 variants: no more than 100");
		assertThat(ex.line()).isEqualTo(3);
		assertThat(this.parser.references("rules:\n  - name: r1\n    experiment: {" + variants + "}\n")).isEmpty();
	}

	@Test
	void rulesInTheDocumentationAreValid() throws IOException {
		List<String> blocks = Pattern.compile("```yaml\n(rules:.*?)```", Pattern.DOTALL)
			.matcher(Files.readString(Path.of("..", "docs", "gray-config.md")))
			.results()
			.map((block) -> block.group(1))
			.toList();
		assertThat(blocks).hasSize(2)
			.allSatisfy((block) -> assertThat(this.parser.parse("docs", block).size()).isOne());
	}

	@Test
	void lenientParserPassesOverStrategiesThatItDoesNotKnowAndNothingElse() {
		GrayRulesParser lenient = GrayRulesParser.lenient();
		GrayRules rules = lenient.parse("gray.yaml", """
				rules:
				  - {name: r1, service: orders, lane: gray, match: {weekday: [sat]}}
				  - {name: r2, config: orders, variant: a, match: {instances: [a]}}
				""");
		assertThat(rules.lanes("orders")).containsExactly(new Lane("gray"));
		assertThat(rules.decide(GrayContext.ofUser("a")).lanes().isStable()).isTrue();
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> lenient.parse("gray.yaml",
				"rules: [{name: r2, config: orders, variant: a, match: {weekday: [a]}}]"));
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(
				() -> lenient.parse("gray.yaml", "rules: [{name: r2, service: orders, lane: a, match: {zones: [a]}}]"));
	}

	@Test
	void lenientParserRefusesWhatLooksLikeAKnownStrategyMisspelled() {
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> GrayRulesParser.lenient()
			.parse("gray.yaml",
					"rules: [{name: r1, service: orders, lane: gray, match: {any: [{user: [a]}, {weekday: [sat]}]}}]"))
			.withMessageContaining("did you mean 'users'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\n", "# nothing\n", "---\n", "rules:\n", "rules: []\n", "{}" })
	void emptyDocumentHasNoRules(String text) {
		assertThat(this.parser.parse("gray.yaml", text)).isSameAs(GrayRules.NONE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "100", "1", "99.99", "0.01", "10.5", "10.50", "100.00", "\"10\"", "'7.25'" })
	void readsPercentages(String percentage) {
		assertThat(this.parser.parse("gray.yaml", rule("match: {percentage: " + percentage + "}")).rules()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "ten", "10%", "1e1", "010", "0x10", "1_0", ".5", "5.", "+5", "'1,5'", "NaN", "true", "''",
			"[10]", "" })
	void refusesWhatIsNoPercentage(String percentage) {
		InvalidRulesException ex = refused(rule("match: {percentage: " + percentage + "}"));
		assertThat(ex.key()).isEqualTo("rules[0].match.percentage");
		assertThat(ex.rule()).isEqualTo("r1");
		assertThat(ex.line()).isEqualTo(5);
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "-0.01", "101", "100.01", "100000000", "999999999999" })
	void refusesPercentagesOutOfRange(String percentage) {
		InvalidRulesException ex = refused(rule("match: {percentage: " + percentage + "}"));
		assertThat(ex.line()).isEqualTo(5);
		assertThat(ex.column()).isEqualTo(25);
		assertThat(ex.reason()).matches("must be (from|a number from) 0 .*");
	}

	static Stream<Arguments> mistakes() {
		return Stream.of(
				arguments("unknown strategy", rule("match: {percentag: 10}"), 5, 13, "rules[0].match.percentag",
						"is not a known strategy: did you mean 'percentage'? (known: all, any, "),
				arguments("unknown strategy in a list", rule("match:\n      any:\n        - user:\n          - a"), 7,
						11, "rules[0].match.any[0].user", "is not a known strategy: did you mean 'users'?"),
				arguments("nothing like it", rule("match: {weather: rain}"), 5, 13, "rules[0].match.weather",
						"is not a known strategy; known: all, any, "),
				arguments("three decimals", rule("match: {percentage: 1.001}"), 5, 25, "rules[0].match.percentage",
						"has more than two decimals"),
				arguments("percentage map without value", rule("match: {percentage: {salt: x}}"), 5, 25,
						"rules[0].match.percentage", "has no 'value'"),
				arguments("percentage map with another key", rule("match: {percentage: {value: 1, slat: x}}"), 5, 36,
						"rules[0].match.percentage.slat", "is not known here: did you mean 'salt'?"),
				arguments("empty user", rule("match:\n      users:\n        - a\n        - ''"), 8, 11,
						"rules[0].match.users[1]", "is empty"),
				arguments("no user", rule("match:\n      users:\n        - a\n        -\n        - b"), 8, 10,
						"rules[0].match.users[1]", "is empty"),
				arguments("blank user", rule("match: {users: [a, '  ']}"), 5, 24, "rules[0].match.users[1]",
						"is empty"),
				arguments("user that is a map", rule("match: {users: [{a: b}]}"), 5, 21, "rules[0].match.users[0]",
						"must be a text, not a map"),
				arguments("users that are no list", rule("match: {users: a}"), 5, 20, "rules[0].match.users",
						"must be a list, not a text"),
				arguments("several strategies", rule("match: {users: [a], percentage: 10}"), 5, 12, "rules[0].match",
						"must name one strategy, not 2: put them into a list under 'any'"),
				arguments("no strategy", rule("match: {}"), 5, 12, "rules[0].match", "must name one strategy"),
				arguments("empty any", rule("match: {any: []}"), 5, 18, "rules[0].match.any", "is empty"),
				arguments("match that is a list", rule("match: [{percentage: 10}]"), 5, 12, "rules[0].match",
						"must be a map of keys and values, not a list"),
				arguments("unknown otherwise", rule("match: {percentage: 1}\n    otherwise: stabel"), 6, 16,
						"rules[0].otherwise", "is not known: did you mean 'stable'? (known: stable, any, refuse)"),
				arguments("unknown key", rule("match: {percentage: 1}\n    experiment: {A: 1}"), 3, 5,
						"rules[0].service", "is not known here"),
				arguments("no match", rule("otherwise: any"), 2, 5, "rules[0]", "has no 'match'"),
				arguments("no lane", "rules:\n  - name: r1\n    service: orders\n    match: {percentage: 1}\n", 2, 5,
						"rules[0]", "has no 'lane': name the lane"),
				arguments("empty lane",
						"rules:\n  - name: r1\n    service: orders\n    lane:\n    match: {users: [a]}\n", 4, 10,
						"rules[0].lane", "is empty"),
				arguments("invalid lane",
						"rules:\n  - name: r1\n    service: orders\n    lane: a=b\n    match: {users: [a]}\n", 4, 11,
						"rules[0].lane", "is not a valid name of a lane"),
				arguments("invalid service",
						"rules:\n  - name: r1\n    service: a/b\n    lane: gray\n    match: {users: [a]}\n", 3, 14,
						"rules[0].service", "is not a valid name of a service"));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("mistakes")
	void mistakeIsRefusedWhereItStands(String what, String text, int line, int column, String key, String reason) {
		InvalidRulesException ex = refused(text);
		assertThat(ex.line() + ":" + ex.column()).isEqualTo(line + ":" + column);
		assertThat(ex.key()).isEqualTo(key);
		assertThat(ex.rule()).isEqualTo("r1");
		assertThat(ex.document()).isEqualTo("gray.yaml");
		assertThat(ex.reason()).startsWith(reason);
		assertThat(ex)
			.hasMessageStartingWith("gray.yaml:" + line + ":" + column + ": rule 'r1': '" + key + "' " + reason);
	}

	@Test
	void refusesRulesOfTheSameName() {
		InvalidRulesException ex = refused("""
				rules:
				  - {name: a, service: s, lane: l, match: {percentage: 1}}
				  - {name: b, service: s, lane: l, match: {percentage: 1}}
				  - service: s
				    name: a
				    lane: l
				""");
		assertThat(ex.line()).isEqualTo(5);
		assertThat(ex.column()).isEqualTo(11);
		assertThat(ex.reason()).contains("line 2");
	}

	@Test
	void refusesARuleWithoutName() {
		InvalidRulesException ex = refused("rules:\n  - service: orders\n");
		assertThat(ex.line()).isEqualTo(2);
		assertThat(ex.key()).isEqualTo("rules[0]");
		assertThat(ex.rule()).isNull();
		assertThat(ex.reason()).startsWith("has no 'name'");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "just text", "- a", "rule: []", "rules: text", "rules: {a: b}", "rules: [a]", "rules: [[]]" })
	void refusesAnotherShape(String text) {
		assertThat(refused(text).line()).isOne();
	}

	@Test
	void pointsAtAnUnknownKeyOfTheDocument() {
		InvalidRulesException ex = refused("# rules\nrule: []\n");
		assertThat(ex).hasMessage("gray.yaml:2:1: 'rule' is not known here: did you mean 'rules'? (known: rules)");
	}

	@Test
	@DisplayName("F24 text that is no YAML is refused with its place")
	void refusesWhatIsNoYaml() {
		InvalidRulesException ex = refused("rules:\n  - name: [a\n    service: orders\n");
		assertThat(ex.line()).isEqualTo(3);
		assertThat(ex.column()).isPositive();
	}

	@Test
	@DisplayName("F24 a key that stands twice is refused with its place")
	void refusesAKeyThatStandsTwice() {
		InvalidRulesException ex = refused(rule("lane: other"));
		assertThat(ex.line()).isEqualTo(5);
		assertThat(ex.getMessage()).contains("lane");
	}

	@Test
	@DisplayName("F25 an alias bomb is refused")
	void refusesAnAliasBomb() {
		StringBuilder bomb = new StringBuilder("rules:\n  - name: r1\n    service: s\n    lane: l\n    match:\n");
		bomb.append("      any:\n        - any: &a0 [{users: [a]}]\n");
		for (int i = 1; i < 9; i++) {
			bomb.append("        - any: &a").append(i).append(" [");
			for (int j = 0; j < 9; j++) {
				bomb.append((j > 0) ? ", " : "").append("{any: *a").append(i - 1).append("}");
			}
			bomb.append("]\n");
		}
		refused(bomb.toString());
	}

	@Test
	@DisplayName("F25 few aliases that expand to many nodes are refused")
	void refusesFewAliasesThatExpandToMany() {
		StringBuilder bomb = new StringBuilder("rules:\n  - name: r1\n    service: s\n    lane: l\n    match:\n");
		bomb.append("      any:\n        - any: &a0 [{users: [a]}]\n");
		for (int i = 1; i < 25; i++) {
			bomb.append("        - any: &a%d [{any: *a%d}, {any: *a%d}]\n".formatted(i, i - 1, i - 1));
		}
		assertThat(refused(bomb.toString()).reason()).contains("allowed");
	}

	@Test
	@DisplayName("F25 an alias to what it is part of is refused")
	void refusesRecursion() {
		assertThat(refused(rule("match: &m\n      any: [*m]")).reason()).contains("nested deeper");
	}

	@Test
	@DisplayName("F25 deep nesting is refused")
	void refusesDeepNesting() {
		refused(rule("match: " + "{any: [".repeat(200) + "]}".repeat(200)));
		refused("[".repeat(100_000));
	}

	@Test
	@DisplayName("F25 a document of 3 MB is refused")
	void refusesAnOversizeDocument() {
		assertThat(refused("#" + "x".repeat(3_000_000)).reason()).contains("are allowed");
	}

	@Test
	void refusesTypesOfJava() {
		refused(rule("match: !!javax.script.ScriptEngineManager [a]"));
		refused("!!java.net.URL [\"http://localhost\"]");
	}

	@Test
	void refusesASecondYamlDocument() {
		assertThat(refused("rules: []\n---\nrules: []\n").line()).isEqualTo(3);
	}

	@Test
	void neverRepeatsValuesOrControlCharacters() {
		assertThat(refused(rule("match: {percentage: hunter2}"))).message().doesNotContain("hunter2");
		assertThat(refused("\"ru\\nles\": []")).message().doesNotContain("\n");
		assertThat(refused("x".repeat(10_000) + ": []")).message().hasSizeLessThan(200);
		assertThat(refused("rules:\n  - name: \"a\\nb\"\n")).message().doesNotContain("a\nb");
		for (String control : List.of("\\x9b", "\\N", "\\L", "\\P")) {
			assertThat(refused("rules:\n  - name: \"a" + control + "b\"\n").reason())
				.contains("none of them a control character");
		}
	}

	@Test
	void readsManyUsers() {
		StringBuilder users = new StringBuilder();
		for (int i = 0; i < 50_000; i++) {
			users.append((i > 0) ? ", u" : "u").append(i);
		}
		GrayRules rules = this.parser.parse("gray.yaml", rule("match: {users: [" + users + "]}"));
		assertThat(rules.decide(GrayContext.ofUser("u49999")).lanes().laneFor("orders").name()).isEqualTo("gray");
	}

	@Test
	void refusesMoreThanALaneHeaderHolds() {
		StringBuilder text = new StringBuilder("rules:\n");
		for (int i = 0; i < 40; i++) {
			text.append("  - {name: r%d, service: s%d, lane: l, match: {percentage: 1}}\n".formatted(i, i));
		}
		InvalidRulesException ex = refused(text.toString());
		assertThat(ex.key()).isEqualTo("rules");
		assertThat(ex.reason()).contains("do not fit into a lane header");
	}

	@Test
	void readsStrategiesOfTheUser() {
		GrayRulesParser parser = new GrayRulesParser(List.of(new HeaderFactory("beta-header")));
		GrayRules rules = parser.parse("gray.yaml", rule("match: {beta-header: X-Beta}"));
		assertThat(rules.rules().get(0).strategy().matches(GrayContext.ofUser("a"))).isFalse();
		assertThat(rules.decide(GrayContext.of(null, java.util.Map.of("x-beta", "1"))).lanes().toHeader())
			.isEqualTo("orders=gray");
	}

	@Test
	void strategiesOfTheUserMayNeedWhatTheirDocumentsSay() {
		GrayRulesParser parser = new GrayRulesParser(List.of(new TenantsFactory()));
		String text = rule("match: {any: [{tenants: a.txt}, {tenants: b.txt}, {users: {documents: [c.txt]}}]}")
				+ "  - {name: other, service: stock, lane: gray, match: {users: {documents: [d.txt]}}}\n";
		assertThat(parser.references(text)).containsExactly("a.txt", "b.txt", "c.txt", "d.txt");
		assertThat(parser.parse("gray.yaml", text, RuleDocuments.UNREAD).size()).isEqualTo(2);
		assertThat(parser.parse("gray.yaml", text, (name) -> "x").size()).isEqualTo(2);
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> parser.parse("gray.yaml", text, (name) -> ""))
			.withMessageContaining("names no tenant");
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> parser.parse("gray.yaml", rule("match: {tenants: [a]}"), RuleDocuments.UNREAD))
			.withMessageContaining("must be a text");
	}

	/** Refuses a document that says nothing. */
	private static final class TenantsFactory implements GrayStrategyFactory {

		@Override
		public String name() {
			return "tenants";
		}

		@Override
		public GrayStrategy create(RulesNode definition) {
			String tenants = definition.document();
			if (tenants.isBlank()) {
				throw definition.invalid("names no tenant: write one on each line");
			}
			return (context) -> tenants.equals(context.claim("tenant"));
		}

	}

	@Test
	void tellsWhereAStrategyOfTheUserRefuses() {
		GrayRulesParser parser = new GrayRulesParser(List.of(new HeaderFactory("beta-header")));
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> parser.parse("gray.yaml", rule("match: {beta-header: bad}")))
			.satisfies((ex) -> {
				assertThat(ex.line()).isEqualTo(5);
				assertThat(ex.column()).isEqualTo(26);
				assertThat(ex.reason())
					.isEqualTo("was refused by its strategy with java.lang.IllegalArgumentException");
			})
			.withMessageNotContaining("secret-header");
	}

	@Test
	void refusesTwoStrategiesOfOneName() {
		assertThatIllegalArgumentException().isThrownBy(() -> new GrayRulesParser(List.of(new HeaderFactory("users"))))
			.withMessageContaining("users");
	}

	private InvalidRulesException refused(String text) {
		InvalidRulesException ex = catchThrowableOfType(InvalidRulesException.class,
				() -> this.parser.parse("gray.yaml", text));
		assertThat(ex).isNotNull();
		return ex;
	}

	/** A rule whose first line after the lane is line 5, column 5. */
	private static String rule(String rest) {
		return "rules:\n  - name: r1\n    service: orders\n    lane: gray\n    " + rest + "\n";
	}

	private record HeaderFactory(String name) implements GrayStrategyFactory {

		@Override
		public GrayStrategy create(RulesNode definition) {
			String header = definition.text();
			if (header.equals("bad")) {
				throw new IllegalArgumentException("no such header: secret-header");
			}
			return (context) -> context.header(header) != null;
		}

	}

}
