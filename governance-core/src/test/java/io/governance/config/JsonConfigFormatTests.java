package io.governance.config;

import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link JsonConfigFormat}.
 */
class JsonConfigFormatTests {

	private final JsonConfigFormat format = new JsonConfigFormat(DocumentLimits.DEFAULT);

	@Test
	void flattensObjectsAndArrays() {
		assertThat(values("""
				{"a": {"b": 1, "[x/y]": true}, "list": ["s", {"c": 1.5}, null], "none": null, "empty": [], "o": {}}
				""")).containsExactly(Map.entry("a.b", 1), Map.entry("a[x/y]", true), Map.entry("list[0]", "s"),
				Map.entry("list[1].c", 1.5), Map.entry("list[2]", ""), Map.entry("none", ""), Map.entry("empty", ""),
				Map.entry("o", ""));
	}

	@Test
	void hasNoKeysInAnEmptyDocument() {
		assertThat(values("")).isEmpty();
		assertThat(values(" \n")).isEmpty();
		assertThat(values("\uFEFF{}")).isEmpty();
	}

	@Test
	void knowsWhereEachValueStands() {
		Map<String, ConfigValue> values = this.format
			.parse(InMemoryConfigSource.document("orders.json", "{\n  \"a\": 1,\n  \"b\": [true]\n}"));

		assertThat(values.get("a").origin()).hasToString("dev/shop/orders.json:2:8");
		assertThat(values.get("b[0]").origin()).hasToString("dev/shop/orders.json:3:9");
	}

	@Test
	void refusesAKeyThatStandsTwice() {
		refuses("{\"a\": 1, \"a\": 2}", 1, "has a key twice");
		refuses("{\"a\": {\"b\": 1,\n \"b\": 2}}", 2, "has a key twice");
		refuses("{\"a.b\": 1,\n\"a\": {\"b\": 2}}", 2, "'a.b' stands twice, first in line 1");
	}

	@Test
	void refusesWhatIsNotOneObject() {
		refuses("{\"a\": 1} x", 1, "is not valid JSON");
		refuses("{\"a\": 1}\n{}", 2, "is not one JSON object");
		refuses("[1]", 1, "is not one JSON object");
		refuses("null", 1, "is not one JSON object");
		refuses("{\"a\": ", 1, "is not valid JSON");
		refuses("{\"a\": [1, 2", 1, "is not valid JSON");
		refuses("{'a': 1}", 1, "is not valid JSON");
		refuses("{\"a\": NaN}", 1, "is not valid JSON");
		refuses("{\"a\": \"\\u12G4\"}", 1, "is not valid JSON");
	}

	@Test
	void refusesANumberThatIsTooLong() {
		refuses("{\"a\": " + "9".repeat(100_000) + "}", 0, "exceeds a limit");
	}

	private Map<String, Object> values(String text) {
		Map<String, Object> values = new LinkedHashMap<>();
		this.format.parse(InMemoryConfigSource.document("orders.json", text))
			.forEach((key, value) -> values.put(key, value.value()));
		return values;
	}

	private void refuses(String text, int line, String reason) {
		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> values(text))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(reason))
			.satisfies((ex) -> assertThat(ex.origin()).isNotNull()
				.satisfies((origin) -> assertThat(origin.line()).isEqualTo(line)));
	}

}
