package io.governance.gray;

import java.util.List;

/** Requests of tests, and rules to ask about them. */
final class Requests {

	private Requests() {
	}

	/** Pairs such as {@code user, alice} or {@code header X-Region, eu}. */
	static GrayContext of(String... pairs) {
		SampleRequest request = SampleRequest.EMPTY;
		for (int i = 0; i < pairs.length; i += 2) {
			request = with(request, pairs[i].split(" ", 2), pairs[i + 1]);
		}
		return request;
	}

	private static SampleRequest with(SampleRequest request, String[] what, String value) {
		return switch (what[0]) {
			case "user" -> request.withUser(value);
			case "session" -> request.withSession(value);
			case "address" -> request.withAddress(value);
			case "path" -> request.withPath(value);
			case "method" -> request.withMethod(value);
			case "header" -> request.withHeader(what[1], value);
			case "cookie" -> request.withCookie(what[1], value);
			case "query" -> request.withQuery(what[1], value);
			case "claim" -> request.withClaim(what[1], value);
			default -> throw new IllegalArgumentException(what[0]);
		};
	}

	/** The condition that a YAML text says. */
	static GrayStrategy strategy(String match) {
		return strategy(match, RuleDocuments.NONE, new SettableClock("2026-01-01T00:00:00Z"));
	}

	static GrayStrategy strategy(String match, RuleDocuments documents, SettableClock clock) {
		return new GrayRulesParser(List.of(), clock).parse("gray.yaml", rule(match), documents)
			.rules()
			.get(0)
			.strategy();
	}

	/** A rule whose condition begins in line 5, column 12. */
	static String rule(String match) {
		return "rules:\n  - name: r1\n    service: orders\n    lane: gray\n    match: " + match + "\n";
	}

}
