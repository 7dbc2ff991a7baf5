package io.governance.config;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds snapshots that share what did not change against snapshots made from nothing, and
 * both against laying all keys over each other one by one.
 */
class LayerMergeTests {

	private static final List<String> KEYS = List.of("a", "b", "max-size", "maxSize", "list[0]", "list[1]", "list[2].x",
			"list", "m.a", "m[a]", "m.b", "m.max_size", "[odd.key]", "deep.list[0].y[1]", "ref");

	private static final int LAYERS = 6;

	@RepeatedTest(20)
	void sharesWhatDidNotChangeAndNothingElse(RepetitionInfo repetition) {
		Random random = new Random(repetition.getCurrentRepetition());
		Map<DocumentId, ParsedDocument> layers = new LinkedHashMap<>();
		ConfigSnapshot shared = ConfigSnapshot.EMPTY;
		for (int round = 0; round < 60; round++) {
			Map<DocumentId, ParsedDocument> next = changed(layers, random);
			ConfigSnapshot after = ConfigSnapshot.merge(ConfigDocuments.NONE, next, Map.of(), shared);
			ConfigSnapshot fresh = ConfigSnapshot.merge(ConfigDocuments.NONE, next, Map.of(), ConfigSnapshot.EMPTY);
			Map<String, Object> expected = laidOver(next);
			assertThat(values(after)).isEqualTo(expected);
			assertThat(values(fresh)).isEqualTo(expected);
			assertThat(List.copyOf(after.values().keySet())).isEqualTo(List.copyOf(fresh.values().keySet()));
			assertThat(after.entries().size()).isEqualTo(expected.size());
			assertThat(after).hasToString(expected.size() + " keys of []");
			expected.forEach((key, value) -> assertThat(after.get(key).value()).isEqualTo(value));
			KEYS.stream()
				.filter((key) -> !expected.containsKey(key))
				.forEach((key) -> assertThat(after.get(key)).isNull());
			assertThat(ConfigChange.between(shared, after, Map.of()).keys()).isEqualTo(differing(shared, after));
			layers = next;
			shared = after;
		}
	}

	@Test
	void sharesAllButTheBucketsOfTheChangedKey() {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < 1000; i++) {
			text.append("key").append(i).append(": ").append(i).append('\n');
		}
		ConfigSnapshot before = merge(ConfigSnapshot.EMPTY, Map.of("a.yaml", text.toString(), "b.yaml", "x: 1"));
		ConfigSnapshot after = merge(before, Map.of("b.yaml", "x: 2"));
		Set<String> suspects = new TreeSet<>();
		after.entries().forEachSuspect(before.entries(), suspects::add);
		assertThat(suspects).contains("x").hasSizeLessThan(10);
		assertThat(after.get("key999")).isSameAs(before.get("key999"));
	}

	@Test
	void keepsTheOrderOfTheDocument() {
		ConfigSnapshot snapshot = merge(ConfigSnapshot.EMPTY,
				Map.of("a.yaml", "m: {z: 1, a: 2, k: 3}\nl: [c, b]\nb: 1"));
		assertThat(snapshot.values().keySet()).containsExactly("m.z", "m.a", "m.k", "l[0]", "l[1]", "b");
		assertThat(snapshot.below("m").keySet()).containsExactly("m.z", "m.a", "m.k");
	}

	private static ConfigSnapshot merge(ConfigSnapshot known, Map<String, String> texts) {
		Map<DocumentId, ParsedDocument> layers = new TreeMap<>();
		for (String name : List.of("a.yaml", "b.yaml")) {
			ParsedDocument earlier = known.parsed(InMemoryConfigSource.id(name));
			if (texts.containsKey(name)) {
				layers.put(InMemoryConfigSource.id(name), parse(name, texts.get(name), earlier));
			}
			else if (earlier != null) {
				layers.put(InMemoryConfigSource.id(name), earlier);
			}
		}
		return ConfigSnapshot.merge(ConfigDocuments.NONE, layers, Map.of(), known);
	}

	private static Map<DocumentId, ParsedDocument> changed(Map<DocumentId, ParsedDocument> layers, Random random) {
		Map<DocumentId, ParsedDocument> next = new LinkedHashMap<>();
		for (int i = 0; i < LAYERS; i++) {
			String name = i + ".properties";
			ParsedDocument earlier = layers.get(InMemoryConfigSource.id(name));
			int dice = random.nextInt(6);
			if (dice == 0) {
				next.put(InMemoryConfigSource.id(name), parse(name, text(random), earlier));
			}
			else if (earlier != null && dice != 1) {
				next.put(InMemoryConfigSource.id(name), earlier);
			}
		}
		return next;
	}

	private static String text(Random random) {
		StringBuilder text = new StringBuilder();
		for (String key : KEYS) {
			if (random.nextInt(3) == 0) {
				text.append(key).append('=').append(key.equals("ref") ? "x${nobody}" : random.nextInt(3)).append('\n');
			}
		}
		return text.toString();
	}

	private static ParsedDocument parse(String name, String text, ParsedDocument earlier) {
		ConfigDocument document = InMemoryConfigSource.document(name, text);
		return ParsedDocument.of(document, ConfigFormats.standard().parse(document), List.of(), earlier);
	}

	private static Map<String, Object> laidOver(Map<DocumentId, ParsedDocument> layers) {
		LayeredKeys<ParsedDocument.Entry> keys = new LayeredKeys<>(ParsedDocument.Entry::canonical);
		layers.values().forEach((layer) -> keys.add(layer.entries()));
		Map<String, Object> values = new HashMap<>();
		keys.keys().values().forEach((entry) -> values.put(entry.key(), entry.value().value()));
		return values;
	}

	private static Set<String> differing(ConfigSnapshot before, ConfigSnapshot after) {
		Set<String> keys = new TreeSet<>();
		Map<String, Object> old = values(before);
		Map<String, Object> now = values(after);
		now.forEach((key, value) -> {
			if (!value.equals(old.get(key))) {
				keys.add(key);
			}
		});
		old.forEach((key, value) -> {
			if (!now.containsKey(key) && now.keySet()
				.stream()
				.noneMatch((other) -> ConfigKeys.canonical(other).equals(ConfigKeys.canonical(key)))) {
				keys.add(key);
			}
		});
		return keys;
	}

	private static Map<String, Object> values(ConfigSnapshot snapshot) {
		Map<String, Object> values = new HashMap<>();
		snapshot.values().forEach((key, value) -> values.put(key, value.value()));
		return values;
	}

}
