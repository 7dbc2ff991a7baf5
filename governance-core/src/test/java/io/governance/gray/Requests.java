package io.governance.gray;

import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/** Requests of tests, and rules to ask about them. */
record Requests(Map<String, String> values) implements GrayContext {

	/** Pairs such as {@code user, alice} or {@code header X-Region, eu}. */
	static GrayContext of(String... pairs) {
		Map<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		for (int i = 0; i < pairs.length; i += 2) {
			values.put(pairs[i], pairs[i + 1]);
		}
		return new Requests(values);
	}

	/** The condition that a YAML text says. */
	static GrayStrategy strategy(String match) {
		return strategy(match, RuleDocuments.NONE, new SettableClock("2026-01-01T00:00:00Z"));
	}

	static GrayStrategy strategy(String match, RuleDocuments documents, SettableClock clock) {
		return new GrayRulesParser(java.util.List.of(), clock).parse("gray.yaml", rule(match), documents)
			.rules()
			.get(0)
			.strategy();
	}

	/** A rule whose condition begins in line 5, column 12. */
	static String rule(String match) {
		return "rules:\n  - name: r1\n    service: orders\n    lane: gray\n    match: " + match + "\n";
	}

	@Override
	public @Nullable String userId() {
		return this.values.get("user");
	}

	@Override
	public @Nullable String sessionId() {
		return this.values.get("session");
	}

	@Override
	public @Nullable String address() {
		return this.values.get("address");
	}

	@Override
	public @Nullable String header(String name) {
		return this.values.get("header " + name);
	}

	@Override
	public @Nullable String cookie(String name) {
		return this.values.get("cookie " + name);
	}

	@Override
	public @Nullable String query(String name) {
		return this.values.get("query " + name);
	}

	@Override
	public @Nullable String claim(String name) {
		return this.values.get("claim " + name);
	}

	@Override
	public @Nullable String path() {
		return this.values.get("path");
	}

	@Override
	public @Nullable String method() {
		return this.values.get("method");
	}

}
