package io.governance.testkit;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.governance.gray.GrayContext;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.GrayStrategy;
import io.governance.gray.SampleRequest;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.params.provider.Arguments.arguments;

/** The strategies that come with the library, as rules make them. */
@ParameterizedClass(name = "{0}")
@MethodSource("strategies")
class GrayStrategyTests extends GrayStrategyContract {

	private static final Map<String, String> DOCUMENTS = Map.of("users.txt", "alice\nbob\n用户\n", "regions.csv",
			"10.0.0.0/8,cn\n10.1.0.0/16,cn-east\n2001:db8::/32,eu\n");

	private static final SampleRequest REQUEST = SampleRequest.EMPTY;

	private final String match;

	private final GrayContext matching;

	private final GrayContext other;

	GrayStrategyTests(String match, GrayContext matching, GrayContext other) {
		this.match = match;
		this.matching = matching;
		this.other = other;
	}

	/** Of each kind one, and a request on each side of it. */
	static Stream<Arguments> strategies() {
		return Stream.of(
				arguments("{users: {list: [carol], documents: [users.txt]}}", REQUEST.withUser("用户"),
						REQUEST.withUser("用")),
				// The bucket of "a" is 20.
				arguments("{percentage: 21}", REQUEST.withUser("a"), REQUEST),
				arguments("{percentage: {value: 100, hash: murmur3, salt: x, of: session}}", REQUEST.withSession("a"),
						REQUEST.withUser("a")),
				arguments(
						"{percentage: {steps: [{from: 2020-01-01T00:00:00Z, value: 100}, "
								+ "{from: 2099-01-01T00:00:00Z, value: 100}]}}",
						REQUEST.withUser("a"), REQUEST.withUser(" ")),
				arguments("{region: [cn-east]}", REQUEST.withHeader("X-Region", "cn-east"),
						REQUEST.withHeader("X-Region", "cn-west")),
				arguments("{region: {in: [eu, cn-east], addresses: regions.csv}}",
						REQUEST.withAddress("2001:DB8::10.1.2.3"), REQUEST.withAddress("10.2.3.4")),
				arguments(
						"{all: [{between: {from: 2026-01-01T00:00:00Z}}, {between: {from: 22:00, to: 10:00, "
								+ "days: [wed, thu], zone: Asia/Shanghai}}, {users: [a]}]}",
						REQUEST.withUser("a"), REQUEST.withUser("b")),
				arguments("{header: {name: X-Beta, in: [v1, v2]}}", REQUEST.withHeader("X-Beta", "v2"),
						REQUEST.withHeader("X-Beta", "v3")),
				arguments("{cookie: {name: beta, present: true}}", REQUEST.withCookie("beta", ""), REQUEST),
				arguments("{query: {name: q, equals: 1}}", REQUEST.withQuery("q", "1"), REQUEST.withQuery("q", "11")),
				arguments("{path: {prefix: /v2/}}", REQUEST.withPath("/v2/orders"), REQUEST.withPath("/v1/orders")),
				arguments("{path: {regex: '/orders/[0-9]+(/items)?'}}", REQUEST.withPath("/orders/42/items"),
						REQUEST.withPath("/orders/x")),
				arguments("{method: [get, HEAD]}", REQUEST.withMethod("GET"), REQUEST.withMethod("POST")),
				arguments("{version: '>=2.1.0 <3 || ^4.2'}", REQUEST.withHeader("X-App-Version", "4.3.0-rc.1"),
						REQUEST.withHeader("X-App-Version", "3.0.0")),
				arguments("{any: [{users: [alice]}, {all: [{not: {users: [bob]}}, {percentage: 100}]}]}",
						REQUEST.withUser("carol"), REQUEST.withUser("bob")));
	}

	@Override
	protected GrayStrategy strategy() {
		return new GrayRulesParser(List.of(), InstantSource.fixed(new ManualClock().instant()))
			.parse("gray.yaml", "rules: [{name: r, service: s, lane: l, match: " + this.match + "}]", DOCUMENTS::get)
			.rules()
			.get(0)
			.strategy();
	}

	@Override
	protected List<GrayContext> matching() {
		return List.of(this.matching);
	}

	@Override
	protected List<GrayContext> others() {
		return List.of(this.other);
	}

}
