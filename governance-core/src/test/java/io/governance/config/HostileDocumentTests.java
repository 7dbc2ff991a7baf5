package io.governance.config;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Tests for documents that are broken or meant to harm, in every format.
 */
class HostileDocumentTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final String SECRET = "s3cretValue";

	private final ConfigFormats formats = ConfigFormats.standard();

	@DisplayName("F25 oversize, nested or exploding documents are refused fast")
	@ParameterizedTest(name = "{0}")
	@MethodSource
	void refusesFast(String what, String name, String text, String reason) {
		assertTimeoutPreemptively(SOON,
				() -> assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> parse(name, text))
					.satisfies((ex) -> assertThat(ex.getMessage()).contains(reason).hasSizeLessThan(400)));
	}

	static Stream<Arguments> refusesFast() {
		return Stream.of(Arguments.of("alias bomb of nine to the ninth", "a.yaml", bomb(9, 9), "keys that are allowed"),
				Arguments.of("alias bomb of few aliases", "a.yaml", bomb(4, 12), "keys that are allowed"),
				Arguments.of("alias bomb as a key", "a.yaml", keyBomb("? *l15 : x"), "not plain text"),
				Arguments.of("alias bomb as a key of what is merged", "a.yaml", keyBomb("<<: {? *l15 : x}"),
						"not plain text"),
				Arguments.of("aliases that contain themselves", "a.yaml", "a: &a [*a]\n", "nested deeper"),
				Arguments.of("deep YAML", "a.yaml", "a: " + "[".repeat(200) + "]".repeat(200), "nested too deep"),
				Arguments.of("very deep YAML", "a.yaml", "a: " + "[".repeat(1_000_000), "nested too deep"),
				Arguments.of("deep JSON", "a.json", "{\"a\":" + "[".repeat(200) + "]".repeat(200) + "}",
						"exceeds a limit"),
				Arguments.of("very deep JSON", "a.json", "{\"a\":" + "[".repeat(1_000_000), "exceeds a limit"),
				Arguments.of("3 MB of YAML", "a.yaml", "a: " + "x".repeat(3_000_000), "2097152 are allowed"),
				Arguments.of("3 MB of JSON", "a.json", "{\"a\": \"" + "x".repeat(3_000_000) + "\"}",
						"2097152 are allowed"),
				Arguments.of("3 MB of properties", "a.properties", "a=" + "x".repeat(3_000_000), "2097152 are allowed"),
				Arguments.of("too many YAML keys", "a.yaml", many("k%d: 1%n", 110_000), "100000 keys"),
				Arguments.of("too many JSON elements", "a.json", "{\"a\": [" + "1,".repeat(200_000) + "1]}",
						"100000 keys"),
				Arguments.of("too many properties", "a.properties", many("k%d=1%n", 110_000), "100000 keys"),
				Arguments.of("long YAML paths", "a.yaml", longPaths("{? a : ", "}"), "repeats too much"),
				Arguments.of("long JSON paths", "a.json", longPaths("{\"a\": ", "}"), "repeats too much"),
				Arguments.of("a long text that is repeated", "a.yaml",
						"a: &a '" + "${x}".repeat(200_000) + "'\nb: [" + "*a,".repeat(90_000) + "]",
						"repeats too much"),
				Arguments.of("a number of two million digits", "a.yaml", "a: !!int " + "9".repeat(2_000_000),
						"is too long for a number"),
				Arguments.of("merges within merges", "a.yaml", merges(22), "stands twice"),
				Arguments.of("a large mapping that is merged again and again", "a.yaml",
						"a: &a {" + many("k%d: 1, ", 5_000) + "}\nb: {<<: [" + "*a,".repeat(200_000) + "]}",
						"merges too much"),
				Arguments.of("nothing that is merged again and again", "a.yaml",
						"a: &a {}\nb: &b [" + "*a,".repeat(90_000) + "]\n" + many("c%d: {<<: *b}%n", 9_000),
						"merges too much"));
	}

	private static String bomb(int width, int levels) {
		return "bomb:\n" + nested(width, levels);
	}

	private static String keyBomb(String use) {
		return "{" + use.replace("*l15", nestedInside(3, 15)) + "}\n";
	}

	/** The same as one node, since what is defined before it would be refused first. */
	private static String nestedInside(int width, int levels) {
		String text = "&l0 [x]";
		for (int level = 1; level <= levels; level++) {
			text = "&l" + level + " [" + text + (", *l" + (level - 1)).repeat(width - 1) + "]";
		}
		return text;
	}

	/** Lists of which each holds the one before several times. */
	private static String nested(int width, int levels) {
		StringBuilder text = new StringBuilder("  - &l0 [x]\n");
		for (int level = 1; level <= levels; level++) {
			String alias = "*l" + (level - 1) + " ";
			text.append("  - &l").append(level).append(" [").append((alias + ",").repeat(width)).append("]\n");
		}
		return text.toString();
	}

	/** Mappings that merge each other twice, the innermost defined last. */
	private static String merges(int levels) {
		String text = "&m0 {k: v}";
		for (int level = 1; level <= levels; level++) {
			text = "&m" + level + " {<<: [" + text + ", *m" + (level - 1) + ", *m" + (level - 1) + "]}";
		}
		return "a: " + text + "\na.k: again\n";
	}

	private static String many(String line, int count) {
		return IntStream.range(0, count).mapToObj((i) -> String.format(line, i)).collect(Collectors.joining());
	}

	private static String longPaths(String open, String close) {
		String named = open.replace("a", "a".repeat(40_000));
		return named.repeat(30) + "[" + "1,".repeat(50_000) + "1]" + close.repeat(30);
	}

	@Test
	@DisplayName("F25 the largest documents that are allowed are read fast")
	void readsTheLargestFast() {
		assertTimeoutPreemptively(SOON, () -> {
			assertThat(parse("a.yaml", many("k%d: 1%n", 90_000))).hasSize(90_000);
			assertThat(parse("a.json", "{\"a\": [" + "1,".repeat(90_000) + "1]}")).hasSize(90_001);
			assertThat(parse("a.properties", many("k%d=1%n", 90_000))).hasSize(90_000);
			assertThat(parse("b.properties", "\n".repeat(2_000_000))).isEmpty();
			assertThat(parse("b.yaml", "---\n".repeat(500_000))).isEmpty();
		});
	}

	@DisplayName("F24 no text of a bad document gets into the error but its keys")
	@ParameterizedTest
	@ValueSource(strings = { "password: *s3cretValue", "password: !s3cretValue", "password: !s3cretValue!x y",
			"password: !!s3cretValue x", "password: @s3cretValue", "password: %s3cretValue", "password: 's3cretValue",
			"password: \"s3cretValue\\q\"", "password: {s3cretValue", "password: [s3cretValue", "s3cretValue",
			"- s3cretValue", "password: s3cretValue: x", "password: |s3cretValue", "password: >9 s3cretValue",
			"password: !!int s3cretValue", "password: !!bool s3cretValue", "password: !<s3cretValue> x",
			"password: &s3cretValue &b x", "password: \"\\xs3cretValue\"", "a: 1\n  password: s3cretValue",
			"password: s3cretValue\n\u0000", "a: {<<: s3cretValue}" })
	void quotesNoYaml(String text) {
		quotesNothing("orders.yaml", text);
	}

	@DisplayName("F24 no text of a bad JSON document gets into the error but its keys")
	@ParameterizedTest
	@ValueSource(strings = { "{\"password\": s3cretValue}", "{\"password\": \"s3cretValue\n\"}",
			"{\"password\": \"s3cretValue", "{\"password\": \"s3cretValue\\q\"}", "s3cretValue", "\"s3cretValue\"",
			"{\"password\": \"s3cretValue\"} s3cretValue", "{\"password\": 's3cretValue'}", "{\"a\": 1 s3cretValue}" })
	void quotesNoJson(String text) {
		quotesNothing("orders.json", text);
	}

	@DisplayName("F24 no text of bad properties gets into the error but its keys")
	@ParameterizedTest
	@ValueSource(strings = { "password=s3cretValue\\u12G4", "password=s3cretValue\npassword=s3cretValue" })
	void quotesNoProperties(String text) {
		quotesNothing("orders.properties", text);
	}

	private void quotesNothing(String name, String text) {
		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> parse(name, text))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(SECRET)
				.doesNotContain("\n")
				.startsWith("dev/shop/" + name))
			.satisfies((ex) -> assertThat(ex.getCause()).isNull());
	}

	@DisplayName("F24 text that is not UTF-8 is refused")
	@ParameterizedTest
	@ValueSource(strings = { "orders.yaml", "orders.json", "orders.properties" })
	void refusesMalformedUtf8(String name) {
		ConfigDocument document = ConfigDocument.of(InMemoryConfigSource.id(name),
				"a: \u00e4".getBytes(StandardCharsets.ISO_8859_1), Revision.of(1));

		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> this.formats.parse(document))
			.withMessageContaining("is not valid UTF-8");
	}

	@Test
	void refusesAnUnknownExtension() {
		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> parse("orders.toml", "a=1"))
			.withMessageContaining("[json, properties, yaml, yml]");
	}

	@Test
	void refusesWhatAFormatOfAUserChokesOn() {
		ConfigFormats own = new ConfigFormats(List.of(new ConfigFormat() {

			@Override
			public Set<String> extensions() {
				return Set.of("toml");
			}

			@Override
			public Map<String, ConfigValue> parse(ConfigDocument document) {
				throw new IllegalStateException(SECRET);
			}

		}));

		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> own.parse(InMemoryConfigSource.document("orders.toml", "a=1")))
			.withMessage("dev/shop/orders.toml: cannot be parsed: java.lang.IllegalStateException");
	}

	private Map<String, ConfigValue> parse(String name, String text) {
		return this.formats.parse(InMemoryConfigSource.document(name, text));
	}

}
