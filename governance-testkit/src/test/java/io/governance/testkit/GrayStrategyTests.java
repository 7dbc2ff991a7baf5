package io.governance.testkit;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;

import io.governance.gray.GrayContext;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.GrayStrategy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;

/** The strategies that come with the library, as rules make them. */
class GrayStrategyTests {

	private static final Map<String, String> DOCUMENTS = Map.of("users.txt", "alice\nbob\n用户\n", "regions.csv",
			"10.0.0.0/8,cn\n10.1.0.0/16,cn-east\n2001:db8::/32,eu\n");

	/** One strategy, and one request on each side of it. */
	abstract static class BuiltIn extends GrayStrategyContract {

		private final String match;

		private final Map<String, String> matching;

		private final Map<String, String> other;

		BuiltIn(String match, Map<String, String> matching, Map<String, String> other) {
			this.match = match;
			this.matching = matching;
			this.other = other;
		}

		@Override
		protected GrayStrategy strategy() {
			return new GrayRulesParser(List.of(), InstantSource.fixed(new ManualClock().instant()))
				.parse("gray.yaml", "rules: [{name: r, service: s, lane: l, match: " + this.match + "}]",
						DOCUMENTS::get)
				.rules()
				.get(0)
				.strategy();
		}

		@Override
		protected List<GrayContext> matching() {
			return List.of(new Request(this.matching));
		}

		@Override
		protected List<GrayContext> others() {
			return List.of(new Request(this.other));
		}

	}

	@Nested
	class Users extends BuiltIn {

		Users() {
			super("{users: {list: [carol], documents: [users.txt]}}", Map.of("user", "用户"), Map.of("user", "用"));
		}

	}

	@Nested
	class Percentage extends BuiltIn {

		Percentage() {
			// The bucket of "a" is 20.
			super("{percentage: 21}", Map.of("user", "a"), Map.of());
		}

	}

	@Nested
	class MurmurPercentage extends BuiltIn {

		MurmurPercentage() {
			super("{percentage: {value: 100, hash: murmur3, salt: x, of: session}}", Map.of("session", "a"),
					Map.of("user", "a"));
		}

	}

	@Nested
	class Ramp extends BuiltIn {

		Ramp() {
			super("{percentage: {steps: [{from: 2020-01-01T00:00:00Z, value: 100}, {from: 2099-01-01T00:00:00Z, "
					+ "value: 100}]}}", Map.of("user", "a"), Map.of("user", " "));
		}

	}

	@Nested
	class Region extends BuiltIn {

		Region() {
			super("{region: [cn-east]}", Map.of("X-Region", "cn-east"), Map.of("X-Region", "cn-west"));
		}

	}

	@Nested
	class Address extends BuiltIn {

		Address() {
			super("{region: {in: [eu, cn-east], addresses: regions.csv}}", Map.of("address", "2001:DB8::10.1.2.3"),
					Map.of("address", "10.2.3.4"));
		}

	}

	@Nested
	class Between extends BuiltIn {

		Between() {
			super("{all: [{between: {from: 2026-01-01T00:00:00Z}}, {between: {from: 22:00, to: 10:00, days: [wed, thu], "
					+ "zone: Asia/Shanghai}}, {users: [a]}]}", Map.of("user", "a"), Map.of("user", "b"));
		}

	}

	@Nested
	class Header extends BuiltIn {

		Header() {
			super("{header: {name: X-Beta, in: [v1, v2]}}", Map.of("X-Beta", "v2"), Map.of("X-Beta", "v3"));
		}

	}

	@Nested
	class Cookie extends BuiltIn {

		Cookie() {
			super("{cookie: {name: beta, present: true}}", Map.of("beta", ""), Map.of());
		}

	}

	@Nested
	class Query extends BuiltIn {

		Query() {
			super("{query: {name: q, equals: 1}}", Map.of("q", "1"), Map.of("q", "11"));
		}

	}

	@Nested
	class Path extends BuiltIn {

		Path() {
			super("{path: {prefix: /v2/}}", Map.of("path", "/v2/orders"), Map.of("path", "/v1/orders"));
		}

	}

	@Nested
	class Regex extends BuiltIn {

		Regex() {
			super("{path: {regex: '/orders/[0-9]+(/items)?'}}", Map.of("path", "/orders/42/items"),
					Map.of("path", "/orders/x"));
		}

	}

	@Nested
	class Method extends BuiltIn {

		Method() {
			super("{method: [get, HEAD]}", Map.of("method", "GET"), Map.of("method", "POST"));
		}

	}

	@Nested
	class Version extends BuiltIn {

		Version() {
			super("{version: '>=2.1.0 <3 || ^4.2'}", Map.of("X-App-Version", "4.3.0-rc.1"),
					Map.of("X-App-Version", "3.0.0"));
		}

	}

	@Nested
	class Combined extends BuiltIn {

		Combined() {
			super("{any: [{users: [alice]}, {all: [{not: {users: [bob]}}, {percentage: 100}]}]}",
					Map.of("user", "carol"), Map.of("user", "bob"));
		}

	}

	private record Request(Map<String, String> values) implements GrayContext {

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
			return this.values.get(name);
		}

		@Override
		public @Nullable String cookie(String name) {
			return this.values.get(name);
		}

		@Override
		public @Nullable String query(String name) {
			return this.values.get(name);
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

}
