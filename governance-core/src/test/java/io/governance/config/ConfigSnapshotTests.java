package io.governance.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConfigSnapshot}.
 */
class ConfigSnapshotTests {

	@Test
	void takesTheHigherLayerInWhateverSpelling() {
		ConfigSnapshot snapshot = snapshot("db.maxPoolSize: 1\ndb.user: a", "db.max-pool-size: 2",
				"DB.MAX_POOL_SIZE: 3");

		assertThat(values(snapshot)).containsExactly(Map.entry("DB.MAX_POOL_SIZE", 3), Map.entry("db.user", "a"));
		assertThat(snapshot.originOf("db.max-pool-size")).hasToString("dev/shop/2.yaml:1:19");
		assertThat(snapshot.originOf("nothing")).isNull();
		assertThat(snapshot.get("db.user")).isNotNull();
		assertThat(snapshot.get("db.User")).isNull();
	}

	/** Spring Boot takes them for the same key, too. */
	@ParameterizedTest
	@CsvSource({ "'map[ab].c', 'map.ab.c'", "'map.a-b.c', 'map[ab].c'", "'map[ab][0]', 'map.AB[0]'", "'[ab]', 'ab'",
			"'[ab]c', 'ab.c'", "'map[ab]c[d]e', 'map.ab.c.d.e'", "'map[a.b]c', 'map[a.b].c'",
			"'list[0]a', 'list[0].a'" })
	void takesTheHigherLayerWhetherOrNotANameStandsInBrackets(String lower, String higher) {
		assertThat(values(snapshot("'" + lower + "': 1", "'" + higher + "': 2"))).containsExactly(Map.entry(higher, 2));
		assertThat(values(snapshot("'" + higher + "': 1", "'" + lower + "': 2"))).containsExactly(Map.entry(lower, 2));
	}

	@ParameterizedTest
	@CsvSource({ "map[aB], map.ab", "map[a-b], map.a-b", "map[a.b], map.a.b", "map[ü], map.ü" })
	void keepsNamesInBracketsApartThatAreOthersWithout(String one, String other) {
		assertThat(values(snapshot("'" + one + "': 1", "'" + other + "': 2"))).containsExactly(Map.entry(one, 1),
				Map.entry(other, 2));
	}

	@Test
	void replacesAListWhole() {
		assertThat(values(snapshot("list: [a, b, c]\nother: 1", "list: [d]"))).containsExactly(Map.entry("other", 1),
				Map.entry("list[0]", "d"));
		assertThat(values(snapshot("my-list: [{x: 1, y: 1}, {x: 2}]", "myList: [{x: 3}]")))
			.containsExactly(Map.entry("myList[0].x", 3));
	}

	@Test
	void replacesAListByAScalarAndAScalarByAList() {
		assertThat(values(snapshot("list: [a, b]", "list: 'c,d'"))).containsExactly(Map.entry("list", "c,d"));
		assertThat(values(snapshot("list: 'c,d'", "list: [a]"))).containsExactly(Map.entry("list[0]", "a"));
		assertThat(values(snapshot("list: [a, b]", "list: []"))).containsExactly(Map.entry("list", ""));
		assertThat(values(snapshot("list: [a, b]", "other: 1", "list: x", "list: [c]")))
			.containsExactly(Map.entry("other", 1), Map.entry("list[0]", "c"));
	}

	@Test
	void mergesMapsWhoseKeysStandInBrackets() {
		assertThat(values(snapshot("map: {'[a.b]': 1, '[c]': 1}", "map: {'[c]': 2}")))
			.containsExactly(Map.entry("map[a.b]", 1), Map.entry("map[c]", 2));
		assertThat(values(snapshot("map: {'[a.b]': [1, 2], '[c]': [1]}", "map: {'[a.b]': [3]}")))
			.containsExactly(Map.entry("map[c][0]", 1), Map.entry("map[a.b][0]", 3));
	}

	@Test
	void keepsListsApartWhoseNamesBeginAlike() {
		assertThat(values(snapshot("data: [1]\ndatabase: [2]", "data: [3]")))
			.containsExactly(Map.entry("database[0]", 2), Map.entry("data[0]", 3));
	}

	@Test
	void findsWhatIsBelowAPrefix() {
		ConfigSnapshot snapshot = snapshot("my-data.a: 1\nmy-data.list: [2]\nmyDatabase: 3\nmyData: 4");

		assertThat(snapshot.below("my_data")).containsOnlyKeys("my-data.a", "my-data.list[0]", "myData");
		assertThat(snapshot.below("my-data.list")).containsOnlyKeys("my-data.list[0]");
		assertThat(snapshot.below("")).hasSize(4);
	}

	@Test
	void showsNoValue() {
		ConfigSnapshot snapshot = snapshot("a: s3cretValue");

		assertThat(snapshot.toString() + snapshot.values() + snapshot.documents()).doesNotContain("s3cretValue");
	}

	/** A snapshot of layers, the lowest first, in YAML. */
	static ConfigSnapshot snapshot(String... layers) {
		Map<DocumentId, ParsedDocument> parsed = new LinkedHashMap<>();
		for (int i = 0; i < layers.length; i++) {
			ConfigDocument document = InMemoryConfigSource.document(i + ".yaml", layers[i]);
			parsed.put(document.id(),
					ParsedDocument.of(document, ConfigFormats.standard().parse(document), List.of(), null));
		}
		return ConfigSnapshot.merge(ConfigDocuments.of(List.of()), parsed, Map.of(), ConfigSnapshot.EMPTY);
	}

	private static Map<String, Object> values(ConfigSnapshot snapshot) {
		Map<String, Object> values = new LinkedHashMap<>();
		snapshot.values().forEach((key, value) -> values.put(key, value.value()));
		return values;
	}

}
