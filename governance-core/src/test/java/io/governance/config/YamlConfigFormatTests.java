package io.governance.config;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link YamlConfigFormat}.
 */
class YamlConfigFormatTests {

	private final YamlConfigFormat format = new YamlConfigFormat(DocumentLimits.DEFAULT);

	@Test
	void flattensMappingsAndLists() {
		assertThat(values("""
				database:
				  url: jdbc:h2:mem
				  pool: {max-size: 10}
				servers:
				  - host: a
				    ports: [1, 2]
				  - host: b
				""")).containsExactly(Map.entry("database.url", "jdbc:h2:mem"), Map.entry("database.pool.max-size", 10),
				Map.entry("servers[0].host", "a"), Map.entry("servers[0].ports[0]", 1),
				Map.entry("servers[0].ports[1]", 2), Map.entry("servers[1].host", "b"));
	}

	@Test
	void keepsKeysInBrackets() {
		assertThat(values("""
				limits:
				  "[/api/v1]": 5
				  plain: 6
				""")).containsExactly(Map.entry("limits[/api/v1]", 5), Map.entry("limits.plain", 6));
	}

	@Test
	void keepsKeysThatLookLikeOtherTypesAsTheyAreWritten() {
		assertThat(values("codes: {200: ok, true: yes, 1.10: x}")).containsExactly(Map.entry("codes.200", "ok"),
				Map.entry("codes.true", true), Map.entry("codes.1.10", "x"));
	}

	@Test
	void turnsNothingIntoEmptyText() {
		assertThat(values("a:\nb: ~\nc: null\nd: []\ne: ''\nf: {}\n")).containsExactly(Map.entry("a", ""),
				Map.entry("b", ""), Map.entry("c", ""), Map.entry("d", ""), Map.entry("e", ""), Map.entry("f", ""));
	}

	@Test
	void typesScalarsButNotTimestamps() {
		assertThat(values("""
				int: 1_000
				octal: 010
				long: 12345678901
				big: 123456789012345678901234567890
				float: 1.5
				bool: off
				date: 2024-01-31
				time: 2024-01-31T10:00:00Z
				quoted: "12"
				merge: <<
				""")).containsEntry("int", 1000)
			.containsEntry("octal", 8)
			.containsEntry("long", 12345678901L)
			.containsEntry("big", new BigInteger("123456789012345678901234567890"))
			.containsEntry("float", 1.5)
			.containsEntry("bool", false)
			.containsEntry("date", "2024-01-31")
			.containsEntry("time", "2024-01-31T10:00:00Z")
			.containsEntry("quoted", "12")
			.containsEntry("merge", "<<");
	}

	@Test
	void mergesMappingsBelowWhatIsWritten() {
		assertThat(values("""
				base: &base {a: 1, b: 1}
				other: &other {b: 2, c: 2}
				one:
				  <<: *base
				  b: 3
				many:
				  <<: [*base, *other]
				nested:
				  <<: &deep
				    <<: *base
				    d: 4
				again: *deep
				""")).containsEntry("one.a", 1)
			.containsEntry("one.b", 3)
			.containsEntry("many.a", 1)
			.containsEntry("many.b", 1)
			.containsEntry("many.c", 2)
			.containsEntry("nested.a", 1)
			.containsEntry("nested.d", 4)
			.containsEntry("again.a", 1)
			.containsEntry("again.d", 4);
	}

	@Test
	void mergesOneMappingIntoAsManyAsThereAre() {
		StringBuilder text = new StringBuilder("defaults: &defaults {timeout: 2s, retries: 3}\n");
		for (int i = 0; i < 1_000; i++) {
			text.append("service-").append(i).append(": {<<: *defaults, port: ").append(8000 + i).append("}\n");
		}
		assertThat(values(text.toString())).hasSize(2 + 3 * 1_000)
			.containsEntry("service-999.timeout", "2s")
			.containsEntry("service-999.port", 8999);
	}

	@Test
	void laysSeveralYamlDocumentsOverEachOther() {
		assertThat(values("""
				a: 1
				maxSize: 1
				list: [x, y, z]
				---
				---
				max-size: 2
				list: [w]
				""")).containsExactly(Map.entry("a", 1), Map.entry("max-size", 2), Map.entry("list[0]", "w"));
	}

	@Test
	void hasNoKeysInAnEmptyDocument() {
		assertThat(values("")).isEmpty();
		assertThat(values("# nothing\n---\n~\n")).isEmpty();
		assertThat(values("{}")).isEmpty();
	}

	@Test
	void ignoresAByteOrderMark() {
		assertThat(values("\uFEFFa: 1")).containsExactly(Map.entry("a", 1));
	}

	@Test
	void knowsWhereEachValueStands() {
		Map<String, ConfigValue> values = parse("# comment\na:\n  b: 1\n  c:\n    - 'x'\n    - y\n");

		assertThat(values.get("a.b").origin()).hasToString("dev/shop/orders.yaml:3:6");
		assertThat(values.get("a.c[0]").origin()).hasToString("dev/shop/orders.yaml:5:7");
		assertThat(values.get("a.c[1]").origin()).hasToString("dev/shop/orders.yaml:6:7");
	}

	@Test
	void keepsThePartsApart() {
		List<Map<String, ConfigValue>> parts = this.format
			.parts(InMemoryConfigSource.document("orders.yaml", "a: 1\n---\n---\na: 2\nb: 2\n"));

		assertThat(parts).hasSize(2);
		assertThat(parts.get(0)).containsOnlyKeys("a");
		assertThat(parts.get(1)).containsOnlyKeys("a", "b");
		assertThat(parts.get(1).get("b").origin()).hasToString("dev/shop/orders.yaml:5:4");
	}

	@Test
	void refusesAKeyThatStandsTwice() {
		refuses("a: 1\nb: 2\na: 3", 3, 1, "'a' for the second time, first in line 1");
		refuses("a:\n  b: 1\n  b: 2", 3, 3, "'b' for the second time, first in line 2");
		refuses("a.b: 1\na:\n  b: 2", 3, 6, "stands twice, first in line 1");
		refuses("a:\n  '1': x\n  1: y", 3, 3, "'1' for the second time");
	}

	@Test
	void refusesWhatIsNotYaml() {
		refuses("a: 1\nb: {", 2, 5, "is not valid YAML");
		refuses("a: b: c", 1, 5, "mapping values are not allowed here");
		refuses("a: 1\n\tb: 2", 2, 1, "begins with a tab: use blanks");
		refuses("a: 1\nb: \u0007", 2, 4, "control character");
	}

	@Test
	void refusesARootThatIsNotAMapping() {
		refuses("- a\n- b", 1, 1, "is not a mapping");
		refuses("\njust text", 2, 1, "is not a mapping");
	}

	@Test
	void refusesTags() {
		refuses("a: !!javax.script.ScriptEngineManager [!!java.net.URL ['http://localhost']]", 1, 4, "tag");
		refuses("a: 1\nb: !!javax.script.ScriptEngineManager {}", 2, 4, "tag");
		refuses("!!javax.script.ScriptEngineManager {a: 1}", 1, 1, "tag");
		refuses("a: !custom 1", 1, 4, "tag");
		refuses("a: !e!custom 1", 1, 4, "tag");
		refuses("a: !!binary aGVsbG8=", 1, 4, "tag");
		refuses("a: !!set {x, y}", 1, 4, "tag");
		refuses("a: !!null {x: y}", 1, 4, "tag");
	}

	@Test
	void refusesAValueThatIsNotWhatItsTagSays() {
		refuses("a: !!int twelve", 1, 4, "is not a number");
		refuses("a: !!int ''", 1, 4, "is not a number");
		refuses("a: !!float x", 1, 4, "is not a number");
		refuses("a: !!bool perhaps", 1, 4, "is not true or false");
	}

	@Test
	void refusesMergesThatMakeNoSense() {
		refuses("a:\n  <<: text", 2, 7, "cannot be merged");
		refuses("a:\n  <<: [{b: 1}, 2]", 2, 16, "cannot be merged");
		refuses("a: &a\n  <<: *a", 1, 4, "merged into itself");
	}

	private Map<String, ConfigValue> parse(String text) {
		return this.format.parse(InMemoryConfigSource.document("orders.yaml", text));
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
				.isEqualTo(new ConfigOrigin(InMemoryConfigSource.id("orders.yaml"), line, column)));
	}

}
