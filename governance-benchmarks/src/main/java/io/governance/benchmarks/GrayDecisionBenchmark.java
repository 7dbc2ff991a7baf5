package io.governance.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.governance.gray.GrayContext;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.Lane;
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
 * One decision whether a user is gray, by one rule with 10,000 users or else a
 * percentage.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init")
public class GrayDecisionBenchmark {

	private static final int CONTEXTS = 4096;

	private GrayRules rules;

	private GrayContext[] contexts;

	private int next;

	/** Builds the rules, and users half of whom are on the list. */
	@Setup(Level.Trial)
	public void setUp() {
		String users = IntStream.range(0, 10_000).mapToObj((i) -> "user-" + i).collect(Collectors.joining(", "));
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
		List<GrayContext> contexts = IntStream.range(10_000 - CONTEXTS / 2, 10_000 + CONTEXTS / 2)
			.mapToObj((i) -> GrayContext.ofUser("user-" + i))
			.toList();
		this.contexts = contexts.toArray(GrayContext[]::new);
	}

	/**
	 * Decides the lane of the next user.
	 * @return the lane
	 */
	@Benchmark
	public Lane decide() {
		GrayContext context = this.contexts[this.next++ & (CONTEXTS - 1)];
		return this.rules.decide(context).lanes().laneFor("orders");
	}

}
