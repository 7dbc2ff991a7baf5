package io.governance.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.governance.gray.GrayContext;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.Lane;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One decision about a request: by one rule with 10,000 users or else a percentage, and
 * by a hundred rules with conditions of each kind.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init")
public class GrayDecisionBenchmark {

	static final int USERS = 10_000;

	private static final int CONTEXTS = 4096;

	/** One of each ten rules is of each kind; few of them match. */
	private static final List<String> CONDITIONS = List.of("{users: [vip-%d, vip-1%d, vip-2%d]}",
			"{percentage: {value: 1, salt: s%d}}", "{percentage: {value: 1, salt: s%d, hash: murmur3}}",
			"{region: [region-%d, eu-%d]}", "{header: {name: X-Beta, equals: beta-%d}}", "{path: {prefix: /v%d/}}",
			"{version: '>=9.%d.0 <10 || ^11'}", "{between: {from: 00:00, to: 00:00:%02d, zone: Asia/Shanghai}}",
			"{all: [{method: [GET, HEAD]}, {cookie: {name: beta, equals: c-%d}}]}",
			"{all: [{not: {region: [cn-east]}}, {query: {name: campaign, in: [q-%d]}}]}");

	private GrayRules rules;

	private GrayRules hundred;

	private GrayContext[] contexts;

	private int next;

	/** Builds the rules, and users half of whom are on the list. */
	@Setup(Level.Trial)
	public void setUp() {
		String users = IntStream.range(0, USERS).mapToObj((i) -> "user-" + i).collect(Collectors.joining(", "));
		this.rules = new GrayRulesParser().parse("gray.yaml", """
				rules:
				  - name: orders-v2
				    service: orders
				    lane: gray
				    match:
				      any:
				        - users: [%s]
				        - percentage: 10.5
				""".formatted(users));
		this.hundred = new GrayRulesParser().parse("gray.yaml", "rules:\n" + IntStream.range(0, 100)
			.mapToObj((i) -> "  - {name: r%d, service: s%d, lane: gray, priority: %d, match: %s}\n".formatted(i, i % 7,
					i, CONDITIONS.get(i % CONDITIONS.size()).replaceAll("%d", "" + i).formatted(i % 50 + 1)))
			.collect(Collectors.joining()));
		this.contexts = IntStream.range(USERS - CONTEXTS / 2, USERS + CONTEXTS / 2)
			.mapToObj((i) -> new Request("user-" + i))
			.toArray(GrayContext[]::new);
	}

	/**
	 * Decides the lane of the next user.
	 * @return the lane
	 */
	@Benchmark
	public Lane decide() {
		return this.rules.decide(next()).lanes().laneFor("orders");
	}

	/**
	 * Decides the lane of the next user by a hundred rules.
	 * @return the lane
	 */
	@Benchmark
	public Lane hundredRules() {
		return this.hundred.decide(next()).lanes().laneFor("s1");
	}

	private GrayContext next() {
		return this.contexts[this.next++ & (CONTEXTS - 1)];
	}

	private record Request(String user) implements GrayContext {

		@Override
		public String userId() {
			return this.user;
		}

		@Override
		public @Nullable String header(String name) {
			return switch (name) {
				case "X-Region" -> "cn-east";
				case "X-Beta" -> "beta-none";
				case "X-App-Version" -> "3.14.1";
				default -> null;
			};
		}

		@Override
		public @Nullable String cookie(String name) {
			return name.equals("beta") ? "c-none" : null;
		}

		@Override
		public @Nullable String query(String name) {
			return name.equals("campaign") ? "q-none" : null;
		}

		@Override
		public String path() {
			return "/orders/42";
		}

		@Override
		public String method() {
			return "GET";
		}

	}

}
