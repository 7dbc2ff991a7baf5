package io.governance.gray;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class VersionStrategyTests {

	private static final List<String> ORDER = List.of("0.0.0-0", "0.0.0", "0.0.1", "0.1.0", "0.9.0", "0.10.0",
			"1.0.0-0", "1.0.0-1", "1.0.0-2", "1.0.0-11", "1.0.0-99999999999999999999", "1.0.0--", "1.0.0-1a", "1.0.0-A",
			"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
			"1.0.0-beta.11.0", "1.0.0-rc.1", "1.0.0", "1.0.1-rc.1", "1.0.1", "1.2.0", "2.0.0", "2.1.0", "2.1.1",
			"10.0.0", "99999999999999999999.0.0");

	@Test
	void ordersAsSemanticVersioningSays() {
		for (int i = 0; i < ORDER.size(); i++) {
			assertThat(SemanticVersion.isValid(ORDER.get(i))).as(ORDER.get(i)).isTrue();
			for (int k = 0; k < ORDER.size(); k++) {
				assertThat(Integer.signum(SemanticVersion.compare(ORDER.get(i), ORDER.get(k))))
					.as(ORDER.get(i) + " and " + ORDER.get(k))
					.isEqualTo(Integer.compare(i, k));
				assertThat(Integer.signum(SemanticVersion.compare(ORDER.get(i) + "+b.1", ORDER.get(k) + "+007")))
					.isEqualTo(Integer.compare(i, k));
			}
		}
	}

	@Test
	void rangesGoByThatOrder() {
		List<String> versions = Stream
			.concat(ORDER.stream().limit(ORDER.size() - 1), Stream.of("999999.999999.999999-a", "999999.999999.999999",
					"1000000.0.0-a", "1000000.0.0", "1000000.999999999.0"))
			.toList();
		for (int i = 0; i < versions.size(); i++) {
			VersionRange from = VersionRange.parse(">=" + versions.get(i));
			VersionRange before = VersionRange.parse("<" + versions.get(i));
			for (int k = 0; k < versions.size(); k++) {
				for (String version : List.of(versions.get(k), versions.get(k) + "+build.7")) {
					assertThat(from.contains(version)).as(version + " in " + from).isEqualTo(k >= i);
					assertThat(before.contains(version)).as(version + " before " + from).isEqualTo(k < i);
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.3-", "1.2.3+", "1.2.3-a..b", "1.2.3-01",
			"01.2.3", "1.02.3", "1.2.03", "1.2.x", "-1.2.3", "1.2.3 ", " 1.2.3", "1.2.3-é", "1.2.3-a+b+c", "1.2.3+b_",
			"1..3", ".1.2", "１.2.3", "1.2.3\0" })
	void whatIsNoVersionIsInNoRange(String text) {
		assertThat(SemanticVersion.isValid(text)).isFalse();
		assertThat(VersionRange.parse("*").contains(text)).isFalse();
	}

	@Test
	void versionThatIsTooLongIsInNoRange() {
		assertThat(VersionRange.parse("*").contains("1.2.3-" + "a".repeat(250))).isTrue();
		assertThat(VersionRange.parse("*").contains("1.2.3-" + "a".repeat(251))).isFalse();
		assertThat(VersionRange.parse("*").contains("1".repeat(65_536) + ".2.3")).isFalse();
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';',
			value = { ">=2.1.0 <3 || ^4.2;2.1.0 2.9.9 4.2.0 4.99.1;2.0.9 2.1.0-rc.1 3.0.0 3.0.0-a 4.1.9 5.0.0",
					">=2.1.0-rc.1;2.1.0-rc.1 2.1.0-rc.2 2.1.0;2.1.0-rc.0 2.1.0-beta",
					"<3.0.0;2.9.9 3.0.0-beta;3.0.0 3.0.0+b", "<3;2.9.9;3.0.0-beta 3.0.0",
					">2;3.0.0;2.0.0 2.9.9 3.0.0-rc.1", ">2.1;2.2.0 3.0.0;2.1.0 2.1.9 2.2.0-a",
					">2.1.0;2.1.1 2.1.1-a;2.1.0 2.1.0-a", "<=2.1;2.1.9 2.0.0 1.0.0;2.2.0-a 2.2.0",
					"<=2.1.0;2.1.0 2.1.0-a;2.1.1", "2.1;2.1.0 2.1.9;2.0.9 2.2.0 2.1.0-a 2.2.0-a",
					"=2.1.0;2.1.0 2.1.0+build;2.1.0-a 2.1.1", "2.1.0;2.1.0;2.1.1", "2.x;2.0.0 2.9.9;1.9.9 3.0.0",
					"2.1.*;2.1.5;2.2.0", "*;0.0.0 9.9.9-a;x", "x;1.2.3;y", "^1.2.3;1.2.3 1.9.9;1.2.2 2.0.0-a",
					"^0.2.3;0.2.3 0.2.9;0.2.2 0.3.0-a 1.0.0", "^0.0.3;0.0.3;0.0.4-a 0.0.4 0.0.2",
					"^0;0.0.1 0.9.9;1.0.0-a 1.0.0", "^0.0;0.0.9;0.1.0", "^1;1.0.0 1.9.9;1.0.0-a 2.0.0",
					"~1.2.3;1.2.3 1.2.9;1.3.0 1.3.0-a 1.2.2", "~1.2;1.2.0 1.2.9;1.3.0", "~1;1.0.0 1.9.0;2.0.0",
					">= 2.1.0  < 3;2.5.0;3.0.0", ">=1 <2 <1.5;1.4.9;1.5.0", "1.0.0||2.0.0;1.0.0 2.0.0;1.5.0" })
	void rangesHoldTheirVersions(String line, String inside, String outside) {
		VersionRange range = VersionRange.parse(line);
		assertThat(inside.split(" ")).allMatch(range::contains);
		assertThat(outside.split(" ")).noneMatch(range::contains);
	}

	@Test
	void alternativesMayBeWrittenWithoutBlanks() {
		VersionRange range = VersionRange.parse("1.0.0||>=3");
		assertThat(range.contains("1.0.0")).isTrue();
		assertThat(range.contains("2.0.0")).isFalse();
		assertThat(range.contains("3.0.0")).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "1.2.3.4", ">", ">=", "=>1.0.0", ">>1", "1.2.3-", ">=1.0.0,<2", "1.0.0 - 2.0.0", "||",
			"1||", "|| 1", ">* ", "01.0.0", "1.x.3", "1.0.0 or 2.0.0", "v1.0.0", "^", "!=1.0.0", "1.2.3-01" })
	void whatIsNoRangeIsRefused(String range) {
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> Requests.strategy("{version: {range: '" + range + "'}}"))
			.satisfies((ex) -> assertThat(ex.line() + ":" + ex.column()).isEqualTo("5:30"))
			.withMessageContaining(
					"'rules[0].match.version.range' is not a range of versions: write comparisons such as");
	}

	@Test
	void versionIsToldByAHeader() {
		assertThat(Requests.strategy("{version: '>=2'}").matches(Requests.of("header X-App-Version", "2.0.0")))
			.isTrue();
		GrayStrategy version = Requests.strategy("{version: {header: X-Client, range: '>=2'}}");
		assertThat(version.matches(Requests.of("header X-Client", "2.0.0"))).isTrue();
		assertThat(version.matches(Requests.of("header X-App-Version", "2.0.0"))).isFalse();
		assertThat(version.explain(Requests.of("header X-Client", "1.5.0")))
			.isEqualTo(Condition.of("version(>=2)", false, "the version is 1.5.0"));
		assertThat(version.explain(Requests.of("header X-Client", "1.5")).reason())
			.isEqualTo("the header X-Client is no semantic version");
		assertThat(version.explain(GrayContext.NONE).reason()).isEqualTo("no header X-Client");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "{version: {header: a}}|has no 'range'", "{version: []}|must be a text",
			"{version: {ranges: '1'}}|did you mean 'range'?", "{version: ''}|is empty" })
	void mistakesAreRefused(String match, String reason) {
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> Requests.strategy(match))
			.withMessageContaining(reason);
	}

}
