package io.governance.config;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.governance.config.ConfigSnapshotTests.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConfigChange}.
 */
class ConfigChangeTests {

	@Test
	void tellsWhatWasAddedRemovedAndChanged() {
		ConfigChange change = change("same: 1\ngone: 1\nother: 1\ntype: 1", "same: 1\nnew: 1\nother: 2\ntype: '1'");

		assertThat(change.keys()).containsExactly("gone", "new", "other", "type");
		assertThat(change.isEmpty()).isFalse();
		assertThat(change).hasToString("[gone, new, other, type]");
	}

	@Test
	void isEmptyWhenOnlyCommentsAndOrderDiffer() {
		ConfigChange change = change("a: 1\nb: 2", "# comment\nb:   2\n\n'a': 1 # one");

		assertThat(change.isEmpty()).isTrue();
		assertThat(change.keys()).isEmpty();
		assertThat(change.touches("")).isFalse();
		assertThat(change.touches("a")).isFalse();
	}

	@Test
	void countsANewSpellingAsAChange() {
		assertThat(change("maxSize: 1", "max-size: 1").keys()).containsExactly("max-size");
	}

	@Test
	void touchesPrefixesInAnySpellingAtTheBoundsOfElements() {
		ConfigChange change = change("", "my-database.pool.maxSize: 1\nservers: [a]");

		assertThat(Set.of("", "myDatabase", "my_database.pool", "MY-DATABASE.POOL.MAX_SIZE", "servers", "servers[0]"))
			.allMatch(change::touches);
		assertThat(Set.of("my", "my-data", "my-database.pool.max", "my-database.pool.maxSize.x", "server", "servers[1]",
				"servers[0].x", "pool"))
			.noneMatch(change::touches);
		assertThat(change("", "'[database]url': x").touches("database")).isTrue();
	}

	@Test
	void followsPlaceholdersAcrossDocuments() {
		ConfigChange change = ConfigChange.between(
				snapshot("host: a", "url: http://${host}/", "home: ${URL}x\nfree: 1"),
				snapshot("host: b", "url: http://${host}/", "home: ${URL}x\nfree: 1"), Map.of());

		assertThat(change.keys()).containsExactly("home", "host", "url");
		assertThat(change.touches("url")).isTrue();
		assertThat(change.touches("free")).isFalse();
	}

	@Test
	void followsPlaceholdersInDefaultsAndOfComposedNames() {
		assertThat(change("x: 1\na: ${b:${x}}", "x: 2\na: ${b:${x}}").keys()).containsExactly("a", "x");
		assertThat(change("eu.host: 1\na: ${${region}.host}\nb: ${region}",
				"eu.host: 2\na: ${${region}.host}\nb: ${region}")
			.keys()).containsExactly("a", "eu.host");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a$b", "a:b", "$", "map[urn:x]", "map[a.b:c$d]", "a$b.c", " a", "a ", "a{b}c", "a:{b}",
			"a\\b", "a\\:b" })
	void followsPlaceholdersWhateverCharactersTheirNamesHave(String name) {
		String escaped = name.replace(":", "\\:");
		for (String placeholder : List.of("${" + name + "}", "x${" + name + "}y", "${none:${" + name + "}}",
				"${" + escaped + "}", "${" + escaped + ":default}")) {
			String referring = "refers: '" + placeholder + "'\n";

			assertThat(change(referring + "'" + name + "': 1", referring + "'" + name + "': 2").touches("refers"))
				.as(placeholder)
				.isTrue();
		}
	}

	/** Spring Boot finds the second where a placeholder has the first. */
	@ParameterizedTest
	@CsvSource({ "mydb.url, my@db.url", "mydb.url, 'my db.url'", "list.0, list[0]", "list[0], list.0", "a.b, a..b",
			"a.b, a.b.", "a.b, a.$.b", "begin, be]gin", "be.gin, be[gin" })
	void followsPlaceholdersHoweverTheirKeysAreSpelled(String name, String key) {
		String referring = "refers: '${" + name + "}'\n";

		assertThat(change(referring + "'" + key + "': 1", referring + "'" + key + "': 2").touches("refers")).isTrue();
		assertThat(change(referring + "other: 1", referring + "other: 2").touches("refers")).isFalse();
	}

	@Test
	@DisplayName("a key writes neither escape sequences nor other directions into a log or a terminal")
	void showsKeysByWhatCanBeSeen() {
		String key = "a\u009b2J\u202eb\u2028c";

		assertThat(change("", "\"a\\x9b2J\\u202eb\\Lc\": 1").toString()).isEqualTo("[a?2J?b?c]");
		assertThat(new InvalidConfigException(null, key, "is wrong", null)).hasMessage("'a?2J?b?c' is wrong");
	}

	@Test
	@Timeout(20)
	void followsLongChainsOfPlaceholders() {
		String chain = IntStream.range(0, 60_000)
			.mapToObj((i) -> "a" + i + ": ${a" + (i + 1) + "}\n")
			.collect(Collectors.joining());

		assertThat(change(chain + "a60000: 1", chain + "a60000: 2").keys()).hasSize(60_001);
	}

	@Test
	void followsPlaceholdersOfLocalValues() {
		Map<String, Set<String>> local = Map.of("database.url", Set.of("db.host"), "free", Set.of("other"));

		ConfigChange change = ConfigChange.between(snapshot("db.host: a"), snapshot("db.host: b"), local);

		assertThat(change.keys()).containsExactly("database.url", "db.host");
		assertThat(change.touches("database")).isTrue();
	}

	@Test
	void endsWhenPlaceholdersReferToEachOther() {
		assertThat(change("a: ${b}\nb: ${a}\nc: 1", "a: ${b}\nb: ${a}x\nc: 1").keys()).containsExactly("a", "b");
	}

	@Test
	void canBeReversed() {
		ConfigChange change = change("a: 1", "b: 1");
		ConfigChange reversed = change.reversed();

		assertThat(reversed.before()).isSameAs(change.after());
		assertThat(reversed.after()).isSameAs(change.before());
		assertThat(reversed.keys()).isEqualTo(change.keys());
		assertThat(reversed).isNotEqualTo(change);
		assertThat(reversed.reversed()).isEqualTo(change).hasSameHashCodeAs(change);
	}

	@Test
	void showsFewKeysInOneLineAndNoValue() {
		String many = IntStream.range(0, 1000)
			.mapToObj((i) -> "k" + i + ": s3cretValue\n")
			.collect(Collectors.joining());

		assertThat(change("", many).toString()).doesNotContain("s3cretValue")
			.endsWith("and 950 more]")
			.hasSizeLessThan(400);
		assertThat(change("", "\"a\\nFAKE LINE\": 1")).hasToString("[a?FAKE LINE]");
	}

	private static ConfigChange change(String before, String after) {
		return ConfigChange.between(snapshot(before), snapshot(after), Map.of());
	}

}
