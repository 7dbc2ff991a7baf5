package io.governance.config;

import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PropertiesConfigFormat}.
 */
class PropertiesConfigFormatTests {

	private final PropertiesConfigFormat format = new PropertiesConfigFormat(DocumentLimits.DEFAULT);

	@Test
	void readsWhatJavaReads() {
		assertThat(values("""
				# comment \\
				! comment
				a=1
				b : two words
				c\\ d = e
				list[0]=x
				empty
				long = one \\
				       two \\
				       # three
				unicode=\\u00e4\u00f6

				""".replace("\n", "\r\n"))).containsExactly(Map.entry("a", "1"), Map.entry("b", "two words"),
				Map.entry("c d", "e"), Map.entry("list[0]", "x"), Map.entry("empty", ""),
				Map.entry("long", "one two # three"), Map.entry("unicode", "\u00e4\u00f6"));
	}

	@Test
	void understandsEveryLineAsJavaDoes() throws Exception {
		String alphabet = "ab=: \t\f\\\n#!\\u0041";
		Random random = new Random(20);
		for (int round = 0; round < 20_000; round++) {
			String text = random.ints(random.nextInt(20), 0, alphabet.length())
				.mapToObj((i) -> alphabet.substring(i, i + 1))
				.collect(Collectors.joining("", "", "\nend"));
			Map<Object, Object> expected = new LinkedHashMap<>();
			try {
				Properties properties = new Properties();
				properties.load(new StringReader(text));
				expected.putAll(properties);
			}
			catch (IllegalArgumentException ex) {
				assertThatExceptionOfType(InvalidConfigException.class).as(text).isThrownBy(() -> parse(text));
				continue;
			}
			try {
				assertThat(values(text)).as(text).isEqualTo(expected);
			}
			catch (InvalidConfigException ex) {
				assertThat(ex.reason()).as(text).startsWith("stands twice");
			}
		}
	}

	@Test
	void hasNoKeysInAnEmptyDocument() {
		assertThat(values("")).isEmpty();
		assertThat(values("\n \n#\n")).isEmpty();
	}

	@Test
	void ignoresAByteOrderMark() {
		assertThat(values("\uFEFFa=1")).containsExactly(Map.entry("a", "1"));
	}

	@Test
	void knowsWhereEachKeyStands() {
		Map<String, ConfigValue> values = parse("a=1\\\n 2\n\n  b=3\n");

		assertThat(values.get("a").origin()).hasToString("dev/shop/orders.properties:1:1");
		assertThat(values.get("b").origin()).hasToString("dev/shop/orders.properties:4:3");
	}

	@Test
	void refusesAKeyThatStandsTwice() {
		refuses("a=1\nb=2\n a=3", 3, 2, "'a' stands twice, first in line 1");
	}

	@Test
	void refusesAMalformedEscape() {
		refuses("a=1\nb=\\u12G4", 2, 1, "has a malformed \\u escape");
	}

	@Test
	void keepsThePartsApart() {
		List<Map<String, ConfigValue>> parts = this.format
			.parts(InMemoryConfigSource.document("orders.properties", "#---\na=1\n#---\na=2\nb=2\n!---\na=3"));

		assertThat(parts).hasSize(3);
		assertThat(parts.get(1)).containsOnlyKeys("a", "b");
		assertThat(parts.get(1).get("b").origin()).hasToString("dev/shop/orders.properties:5:1");
		assertThat(values("a=1\nb=1\n#---\na=2")).containsEntry("a", "2").containsEntry("b", "1");
	}

	@Test
	void dividesNothingAtOtherComments() {
		refuses("a=1\n #---\na=2", 3, 1, "stands twice");
		refuses("a=1\n#----\na=2", 3, 1, "stands twice");
		refuses("a=1\n# box\n#---\na=2", 4, 1, "stands twice");
		refuses("a=1\n#---\n# box\na=2", 4, 1, "stands twice");
	}

	private Map<String, ConfigValue> parse(String text) {
		return this.format.parse(InMemoryConfigSource.document("orders.properties", text));
	}

	private Map<String, Object> values(String text) {
		Map<String, Object> values = new LinkedHashMap<>();
		parse(text).forEach((key, value) -> values.put(key, value.value()));
		return values;
	}

	private void refuses(String text, int line, int column, String reason) {
		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> parse(text))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(reason))
			.satisfies((ex) -> assertThat(ex.origin())
				.isEqualTo(new ConfigOrigin(InMemoryConfigSource.id("orders.properties"), line, column)));
	}

}
