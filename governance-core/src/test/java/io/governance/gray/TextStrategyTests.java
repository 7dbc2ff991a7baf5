package io.governance.gray;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class TextStrategyTests {

	@ParameterizedTest
	@ValueSource(strings = { "header", "cookie", "query" })
	void comparesATextOfAName(String kind) {
		assertThat(matching(kind, "equals: v1")).containsExactly("v1");
		assertThat(matching(kind, "in: [v1, V2]")).containsExactly("v1", "V2");
		assertThat(matching(kind, "prefix: v1")).containsExactly("v1", "v10");
		assertThat(matching(kind, "regex: 'v[0-9]'")).containsExactly("v1");
		assertThat(matching(kind, "present: true")).containsExactly("v1", "V2", "v10", "", "用户");
		assertThat(matching(kind, "present: false")).isEmpty();
		GrayStrategy absent = Requests.strategy("{" + kind + ": {name: X-Beta, present: false}}");
		assertThat(absent.matches(GrayContext.NONE)).isTrue();
		assertThat(absent.explain(GrayContext.NONE))
			.isEqualTo(Condition.of(kind + " X-Beta(absent)", true, "no " + kind + " X-Beta"));
	}

	private static List<String> matching(String kind, String matcher) {
		GrayStrategy strategy = Requests.strategy("{" + kind + ": {name: X-Beta, " + matcher + "}}");
		assertThat(matcher.endsWith("false") == strategy.matches(GrayContext.NONE)).isTrue();
		return List.of("v1", "V2", "v10", "", "用户")
			.stream()
			.filter((value) -> strategy.matches(Requests.of(kind + " X-Beta", value)))
			.toList();
	}

	@ParameterizedTest
	@ValueSource(strings = { "(){2000000000}", "(?=){300000000}", "(?:){20000}x", "((?:^){1000}){1000}",
			"a(b(c|(?=d){20}){20}){3}", "(?<n>)\\k<n>{300000000}", "[]]((?=){250}[)]){3}" })
	void expressionThatRepeatsNothingForEverIsRefused(String regex) {
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> Requests.strategy("{header: {name: A, regex: '" + regex + "'}}"))
			.satisfies((ex) -> assertThat(ex.line()).isEqualTo(5))
			.withMessageContaining("repeats something more than 500 times");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|123e4567-e89b-12d3-a456-426614174000",
					"\\p{L}{2,}\\{20000\\}|ab{20000}", "a{1,20000}|aaa", "\\Q{20000}\\E|{20000}", "[{]20000}|{20000}",
					"(a{2}b?){2}|aaaab" })
	void expressionWithCountsIsFine(String regex, String text) {
		assertThat(
				Requests.strategy("{header: {name: A, regex: '" + regex + "'}}").matches(Requests.of("header A", text)))
			.isTrue();
	}

	@Test
	void comparesPathsAndMethods() {
		assertThat(Requests.strategy("{path: /orders}").matches(Requests.of("path", "/orders"))).isTrue();
		assertThat(Requests.strategy("{path: /orders}").matches(Requests.of("path", "/orders/1"))).isFalse();
		assertThat(Requests.strategy("{path: [/a, /b]}").matches(Requests.of("path", "/b"))).isTrue();
		assertThat(Requests.strategy("{path: {prefix: /orders/}}").matches(Requests.of("path", "/orders/1"))).isTrue();
		assertThat(Requests.strategy("{path: {regex: '/orders/\\d+'}}").matches(Requests.of("path", "/orders/12")))
			.isTrue();
		assertThat(Requests.strategy("{path: {regex: '/orders/\\d+'}}").matches(Requests.of("path", "/orders/12/x")))
			.isFalse();
		assertThat(Requests.strategy("{method: [get, HEAD]}").matches(Requests.of("method", "GET"))).isTrue();
		assertThat(Requests.strategy("{method: [get, HEAD]}").matches(Requests.of("method", "POST"))).isFalse();
		assertThat(Requests.strategy("{method: {prefix: p}}").matches(Requests.of("method", "PATCH"))).isTrue();
		assertThat(Requests.strategy("{method: GET}").matches(GrayContext.NONE)).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "(a+)+b", "(a|aa)+b", "(a|a)*b", "(.*a){20}b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a*)*\\1b",
			"(?=(a+))a*b\\1|(x+x+)+y", "((a?)+)+b" })
	void patternThatRunsAwayGivesUp(String regex) {
		BoundedRegex pattern = new BoundedRegex(regex, "test");
		String text = "a".repeat(BoundedRegex.MAX_TEXT);
		for (int i = 0; i < 5; i++) {
			pattern.matches(text);
		}
		long best = Long.MAX_VALUE;
		for (int i = 0; i < 20; i++) {
			long start = System.nanoTime();
			assertThat(pattern.matches(text)).isFalse();
			best = Math.min(best, System.nanoTime() - start);
		}
		// About a millisecond; the bound leaves room for a machine that is busy.
		assertThat(best).isLessThan(20_000_000L);
	}

	@Test
	void patternThatGaveUpGoesOnAnsweringForOthers() {
		BoundedRegex pattern = new BoundedRegex("(a|aa)+b", "test");
		for (int i = 0; i < 3; i++) {
			assertThat(pattern.matches("a".repeat(4000))).isFalse();
			assertThat(pattern.matches("aaab")).isTrue();
		}
	}

	@Test
	void recursionThatIsTooDeepIsNoMatch() throws InterruptedException {
		BoundedRegex pattern = new BoundedRegex("(?:a|b|cc)*x", "test");
		boolean[] matches = { true, false };
		Thread small = new Thread(null, () -> {
			matches[0] = pattern.matches("ab".repeat(2048));
			matches[1] = pattern.matches("abx");
		}, "small", 128 * 1024);
		small.start();
		small.join();
		assertThat(matches).containsExactly(false, true);
	}

	@Test
	void textsBeyondABoundMatchNoPattern() {
		GrayStrategy any = Requests.strategy("{header: {name: A, regex: '.*'}}");
		assertThat(any.matches(Requests.of("header A", "x".repeat(4096)))).isTrue();
		assertThat(any.matches(Requests.of("header A", "x".repeat(4097)))).isFalse();
		assertThat(any.explain(Requests.of("header A", "x".repeat(4097))).reason())
			.isEqualTo("the header A is too long");
		assertThat(Requests.strategy("{header: {name: A, regex: '.*needle.*'}}")
			.matches(Requests.of("header A", "x".repeat(4000) + "needle"))).isTrue();
	}

	@Test
	void explanationRepeatsNoValue() {
		GrayStrategy cookie = Requests.strategy("{cookie: {name: session, equals: s3cret}}");
		Condition condition = cookie.explain(Requests.of("cookie session", "s3cret"));
		assertThat(condition.met()).isTrue();
		assertThat(condition.toString()).doesNotContain("s3cret");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "{header: X-Beta}|must be a map", "{header: {equals: a}}|has no 'name'",
			"{header: {name: a}}|must say what it is held against",
			"{header: {name: a, equals: b, prefix: c}}|not by 2",
			"{header: {name: a, equal: b}}|did you mean 'equals'?", "{header: {name: a, in: []}}|is empty",
			"{header: {name: a, present: yes}}|must be true or false", "{path: []}|is empty",
			"{path: {}}|must say what",
			"{header: {name: a, regex: '(a'}}|is not a regular expression: unclosed group at its character",
			"{path: {regex: '[a'}}|is not a regular expression", "{path: {name: a, prefix: b}}|is not known here",
			"{cookie: {name: '', equals: a}}|is empty",
			"{header: {name: X Beta, equals: a}}|is not a valid name of a header or a cookie: letters, digits and",
			"{cookie: {name: 'a;b', equals: a}}|is not a valid name of a header or a cookie",
			"{query: {name: a, prefix: [b]}}|must be a text" })
	void mistakesAreRefusedWhereTheyStand(String match, String reason) {
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> Requests.strategy(match))
			.satisfies((ex) -> assertThat(ex.line()).isEqualTo(5))
			.withMessageContaining(reason);
	}

	/** Where the text has ended, no step of a matcher can be counted. */
	@ParameterizedTest
	@ValueSource(strings = { "(a*|b*)", "(|)", "(?:a?|b?)", "(?i:(a|)|b*)" })
	void refusesPatternsWithTooManyWaysWhereATextEnds(String twoWays) {
		for (String regex : List.of(twoWays.repeat(40) + "c", "(x|" + twoWays.repeat(20) + ")y",
				"(" + twoWays + "){40}c")) {
			assertThatExceptionOfType(InvalidRulesException.class)
				.isThrownBy(() -> Requests.strategy("{header: {name: a, regex: '" + regex + "'}}"))
				.withMessageContaining("too many ways");
		}
		assertThat(RegexPaths.in(twoWays.repeat(5) + "c")).isBetween(32.0, 10_000.0);
	}

	/** Its blanks would pass for characters that are read. */
	@ParameterizedTest
	@ValueSource(
			strings = { "(?x)", "(?ix)", "(?xi-s)", "(?x:a)", "a(b(?sx:c)?)", "[]x](?x)", "\\\\(?x)", "\\Q(\\E(?x)" })
	void refusesPatternsWhoseBlanksDoNotCount(String flag) {
		for (String regex : List.of(flag, flag + "( a* | b* )".repeat(40) + "c")) {
			assertThatExceptionOfType(InvalidRulesException.class)
				.isThrownBy(() -> Requests.strategy("{header: {name: a, regex: '" + regex + "'}}"))
				.satisfies((ex) -> assertThat(ex.line()).isEqualTo(5))
				.withMessageContaining("has the flag x, which is not allowed");
		}
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "(?-x)a", "(?i-x:a)", "(?i)x", "(?<x>a)", "[(?x)]", "\\(?x", "\\Q(?x)\\E", "(?:x)", "(?=x)x" })
	void patternsThatOnlyLookLikeThatAreFine(String regex) {
		assertThat(Requests.strategy("{header: {name: a, regex: '" + regex + "'}}")).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "[a-z]+(-[a-z]+)*", "(.*?)(,.*?){0,30}",
			"a?b?c?d?e?f?g?h?i?j?k?l?m?n?o?p?q?r?s?t?u?v?w?x?y?z?",
			"(Mozilla|Opera)/[0-9.]+ .*(iPhone|iPad|Android)?.*", "(?i)^(foo|bar|baz)(\\d{2,4})?$", "\\Q(a*|b*)\\E+",
			"[(a*|b*)]{20}", "(?=.*[0-9])(?!.*x)\\p{Alpha}{3,8}", "(\\s*,\\s*)?(\\s*;\\s*)?(\\s*:\\s*)?" })
	void expressionsOfEverydayHaveFewWaysWhereATextEnds(String regex) {
		assertThat(RegexPaths.in(regex)).isLessThan(100);
		assertThat(Requests.strategy("{header: {name: a, regex: '" + regex + "'}}")).isNotNull();
	}

	@Test
	void refusesPatternsThatAreTooLongOrTooDeep() {
		for (String regex : List.of("a".repeat(1001), "(".repeat(400) + "a" + ")".repeat(400) + "?".repeat(500))) {
			assertThatExceptionOfType(InvalidRulesException.class)
				.isThrownBy(() -> Requests.strategy("{path: {regex: '" + regex + "'}}"))
				.withMessageNotContaining(regex);
		}
	}

}
