package io.governance.gray;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What editors are told of rules, held against what the parser says. */
@Timeout(60)
class GraySchemaTests {

	private static final Map<String, String> DOCUMENTS = Map.of("users-vip.txt", "vip\n", "users-beta.txt", "beta\n",
			"regions.csv", "10.1.0.0/16,cn-east\n");

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final GrayRulesParser parser = new GrayRulesParser();

	private final Schema schema = schema();

	private static Schema schema() {
		InputStream text = GraySchemaTests.class.getResourceAsStream("/META-INF/governance/gray.schema.json");
		return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(text);
	}

	static List<String> documentation() throws IOException {
		try (Stream<Path> pages = Files.list(Path.of("..", "docs"))) {
			return Stream.concat(pages.sorted(), Stream.of(Path.of("..", "README.md")))
				.filter((page) -> page.toString().endsWith(".md"))
				.flatMap((page) -> Pattern.compile("```yaml\n(rules:.*?)```", Pattern.DOTALL)
					.matcher(text(page))
					.results()
					.map((block) -> block.group(1)))
				.toList();
		}
	}

	private static String text(Path page) {
		try {
			return Files.readString(page);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@ParameterizedTest
	@MethodSource("documentation")
	void rulesOfTheDocumentationAreValidForParserAndEditor(String rules) {
		assertThat(this.parser.parse("gray.yaml", rules, DOCUMENTS::get).size()).isPositive();
		assertThat(this.schema.validate(json(rules))).isEmpty();
	}

	@Test
	void documentationShowsEachStrategy() throws IOException {
		String all = String.join("\n", documentation());
		assertThat(BuiltInStrategies.factories())
			.allSatisfy((factory) -> assertThat(all).contains(factory.name() + ":"));
	}

	@Test
	void editorsKnowTheSameStrategiesAndKeysAsTheParser() {
		JsonNode definitions = this.schema.getSchemaNode().get("$defs");
		Set<String> known = new TreeSet<>(
				BuiltInStrategies.factories().stream().map(GrayStrategyFactory::name).toList());
		// What applications of Spring know beside those.
		known.add(new UnknownBeans().name());
		assertThat(new TreeSet<>(definitions.get("strategy").get("properties").propertyNames())).isEqualTo(known);
		assertThat(new TreeSet<>(definitions.get("instanceStrategy").get("properties").propertyNames()))
			.isEqualTo(new TreeSet<>(BuiltInStrategies.ofInstances().stream().map(GrayStrategyFactory::name).toList()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "rules:\n", "rules: []\n", "{}" })
	void emptyDocumentsAreValid(String text) {
		assertThat(this.parser.parse("gray.yaml", text)).isSameAs(GrayRules.NONE);
		assertThat(this.schema.validate(json(text))).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{users: [user123, 007, yes, 1.5, true]}", "{users: []}", "{users: {list: [a]}}",
			"{users: {documents: []}}", "{percentage: 0}", "{percentage: 99.99}", "{percentage: '10.50'}",
			"{percentage: {value: 1, salt: 7}}", "{percentage: {value: 1, of: {cookie: sid}, hash: fnv1a}}",
			"{percentage: {steps: [{from: 2026-12-01T08:00:00Z, value: 5}]}}", "{region: {in: [1], claim: r}}",
			"{between: {to: 2026-12-01T08:00+08:00}}", "{between: {from: 22:00, to: 24:00, zone: +08:00}}",
			"{between: {from: 22:00:30, to: 06:00, days: [mon], zone: UTC}}", "{path: /a}", "{path: [/a, /b]}",
			"{path: {present: false}}", "{method: get}", "{header: {name: a, equals: 1}}",
			"{cookie: {name: a, in: [1, x]}}", "{query: {name: a, regex: '[0-9]+'}}",
			"{query: {name: 'a [b]', present: true}}", "{header: {name: X_a.b-1!, present: true}}", "{version: 2}",
			"{version: 2.1}", "{version: '^1.2.3-rc.1 || ~2 || 3.x'}", "{version: '*'}",
			"{not: {any: [{path: /a}, {all: [{path: /b}]}]}}" })
	void conditionsThatTheParserTakesAreValid(String match) {
		String rules = Requests.rule(match);
		assertThat(this.parser.parse("gray.yaml", rules).size()).isOne();
		assertThat(this.schema.validate(json(rules))).isEmpty();
	}

	static Stream<String> mistakes() {
		return Stream.concat(
				GrayRulesParserTests.mistakes()
					.filter((mistake) -> !mistake.get()[0].equals("three decimals"))
					.map((mistake) -> (String) mistake.get()[1]),
				GrayRulesParserTests.rulesAboutConfigThatAreRefused()
					.map((mistake) -> "rules:\n  - name: r1\n    " + mistake.get()[0] + "\n"));
	}

	@ParameterizedTest
	@MethodSource("mistakes")
	void editorsMarkWhatTheParserRefuses(String rules) {
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> this.parser.parse("gray.yaml", rules, DOCUMENTS::get));
		assertThat(this.schema.validate(json(rules))).isNotEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{users: {}}", "{users: {documents: ['../a']}}", "{users: {lists: [a]}}",
			"{percentage: 101}", "{percentage: -1}", "{percentage: ten}", "{percentage: 10%}",
			"{percentage: {value: 1, of: device}}", "{percentage: {value: 1, hash: md5}}", "{percentage: {steps: []}}",
			"{region: []}", "{region: cn}", "{region: {header: a}}", "{region: {in: [a], header: b, claim: c}}",
			"{between: {}}", "{between: {from: 08:00, to: 09:00}}", "{between: {from: 2026-12-01}}",
			"{between: {days: [sat]}}", "{between: {from: 8:00, to: 09:00, zone: UTC}}",
			"{between: {from: 08:00, zone: UTC}}", "{between: {from: 08:00, to: 09:60, zone: UTC}}",
			"{between: {days: [], zone: UTC}}", "{between: {days: [tuesday], zone: UTC}}",
			"{between: {from: 2026-12-01T08:00:00Z, zone: UTC}}", "{header: X-Beta}", "{header: {equals: a}}",
			"{header: {name: a}}", "{header: {name: a, equals: b, prefix: c}}", "{header: {name: a, in: []}}",
			"{header: {name: a, present: yes}}", "{header: {name: X Beta, equals: a}}",
			"{header: {name: 'X-Beta:', equals: a}}", "{header: {name: 用户, equals: a}}",
			"{cookie: {name: 'a;b', equals: a}}", "{percentage: {value: 1, of: {header: X Device}}}",
			"{percentage: {value: 1, of: {cookie: 'a=b'}}}", "{region: {in: [a], header: X Region}}",
			"{version: {header: X Client, range: 2.1}}", "{path: []}", "{path: {}}", "{path: {name: a, prefix: b}}",
			"{version: {header: a}}", "{version: ''}", "{version: 'v1.0.0'}", "{version: '||'}",
			"{version: '1.0.0 or 2.0.0'}", "{version: []}" })
	void editorsMarkConditionsThatTheParserRefuses(String match) {
		editorsMarkWhatTheParserRefuses(Requests.rule(match));
	}

	@ParameterizedTest
	@ValueSource(strings = { "priority: high", "priority: 1000000", "enabled: on", "observe: 1", "expires: 2026-12-01",
			"owner: [a]", "comment: ''", "weight: 5" })
	void editorsMarkTermsThatTheParserRefuses(String term) {
		for (String rule : List.of("service: s, lane: l, match: {users: [a]}", "feature: f, match: {users: [a]}",
				"experiment: {A: 1}", "experiment: {A: 1}, holdout: 5")) {
			editorsMarkWhatTheParserRefuses("rules:\n  - {name: r, " + rule + ", " + term + "}\n");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "experiment: {}", "experiment: {A: -1}", "experiment: {A: 1.5}", "experiment: {'a b': 1}",
			"experiment: {A: 1}, lane: gray", "experiment: {A: 1}, feature: f", "experiment: {A: 1}, holdout: 101",
			"feature: f", "feature: 'a b', match: {users: [a]}", "feature: f, match: {users: [a]}, service: s" })
	void editorsMarkTogglesThatTheParserRefuses(String rule) {
		editorsMarkWhatTheParserRefuses("rules:\n  - {name: r, " + rule + "}\n");
	}

	/** As editors read YAML, by its core schema: with numbers, true and false. */
	private static JsonNode json(String yaml) {
		Node node = new Yaml().compose(new StringReader(yaml));
		return (node != null) ? json(node) : NODES.nullNode();
	}

	private static JsonNode json(Node node) {
		if (node instanceof MappingNode mapping) {
			ObjectNode object = NODES.objectNode();
			mapping.getValue()
				.forEach((entry) -> object.set(((ScalarNode) entry.getKeyNode()).getValue(),
						json(entry.getValueNode())));
			return object;
		}
		if (node instanceof SequenceNode sequence) {
			ArrayNode array = NODES.arrayNode();
			sequence.getValue().forEach((item) -> array.add(json(item)));
			return array;
		}
		ScalarNode scalar = (ScalarNode) node;
		String text = scalar.getValue();
		if (!scalar.isPlain()) {
			return NODES.stringNode(text);
		}
		if (text.matches("~|null|")) {
			return NODES.nullNode();
		}
		if (text.matches("true|false")) {
			return NODES.booleanNode(text.equals("true"));
		}
		return text.matches("[-+]?[0-9]+(\\.[0-9]+)?") ? NODES.numberNode(new java.math.BigDecimal(text))
				: NODES.stringNode(text);
	}

}
