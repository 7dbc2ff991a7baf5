package io.governance.benchmarks;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

import io.governance.loadbalancer.PickRequest;
import io.governance.registry.Instance;
import io.opentelemetry.api.common.AttributeKey;
import org.apache.dubbo.rpc.cluster.loadbalance.RandomLoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.RoundRobinLoadBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Each benchmark measures what it says; how fast it is, is not tested. */
class BenchmarksTests {

	@ParameterizedTest
	@ValueSource(ints = { 10, 100, 1000 })
	void eachRoundRobinReachesAllInstancesInOneCycle(int n) {
		RoundRobinBenchmark benchmark = new RoundRobinBenchmark();
		benchmark.n = n;
		benchmark.setUp();
		try {
			Set<Object> bare = new HashSet<>();
			Set<Object> armeria = new HashSet<>();
			Set<Object> stork = new HashSet<>();
			Set<Object> springCloud = new HashSet<>();
			Set<Object> governance = new HashSet<>();
			Set<Object> service = new HashSet<>();
			for (int i = 0; i < n; i++) {
				bare.add(benchmark.bareCounter());
				armeria.add(benchmark.armeria());
				stork.add(benchmark.stork());
				springCloud.add(benchmark.springCloud());
				governance.add(benchmark.governance());
				service.add(benchmark.governanceService());
				assertThat(benchmark.governanceRandom()).isNotNull();
			}
			assertThat(bare).hasSize(n).doesNotContainNull();
			assertThat(armeria).hasSize(n).doesNotContainNull();
			assertThat(stork).hasSize(n).doesNotContainNull();
			assertThat(springCloud).hasSize(n).doesNotContainNull();
			assertThat(governance).hasSize(n).isEqualTo(bare);
			assertThat(service).hasSize(n).isEqualTo(bare);
		}
		finally {
			benchmark.tearDown();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 1000 })
	void aFifthRampsWhileSlowStartIsMeasured(int n) {
		SlowStartBenchmark benchmark = new SlowStartBenchmark();
		benchmark.n = n;
		benchmark.setUp();
		try {
			Map<Object, Integer> picks = new HashMap<>();
			Set<Object> settled = new HashSet<>();
			for (int i = 0; i < 100 * n; i++) {
				picks.merge(benchmark.governance(), 1, Integer::sum);
				settled.add(benchmark.governanceSettled());
				assertThat(benchmark.armeria()).isNotNull();
			}
			assertThat(picks.values().stream().filter((count) -> count < 50)).hasSize(n / 5);
			assertThat(settled).hasSize(n).doesNotContainNull();
		}
		finally {
			benchmark.tearDown();
		}
	}

	@ParameterizedTest
	@CsvSource({ "10, tens", "100, tens", "1000, any" })
	void eachWeightedChoiceReachesAllInstances(int n, String weights) {
		WeightedBenchmark benchmark = new WeightedBenchmark();
		benchmark.n = n;
		benchmark.weights = weights;
		benchmark.setUp();
		try {
			assertReached(n, benchmark::bareRandom);
			assertReached(n / 2, benchmark::armeria);
			assertReached(n * 9 / 10, benchmark::dubboRandom);
			assertReached(n * 9 / 10, benchmark::nacos);
			assertReached(n * 9 / 10, benchmark::governance);
			assertReached(n * 9 / 10, benchmark::governanceRandom);
		}
		finally {
			benchmark.tearDown();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 100, 1000 })
	void eachHashReachesAllInstances(int n) {
		ConsistentHashBenchmark benchmark = new ConsistentHashBenchmark();
		benchmark.n = n;
		benchmark.setUp();
		try {
			assertReached(n, benchmark::bareModulo);
			assertReached(n, benchmark::armeria);
			assertReached(n, benchmark::dubbo);
			assertReached(n, benchmark::governance);
			assertReached(n, benchmark::governanceBounded);
		}
		finally {
			benchmark.tearDown();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 100, 1000 })
	void choicesByLoadReachMostInstances(int n) {
		LeastLoadBenchmark benchmark = new LeastLoadBenchmark();
		benchmark.n = n;
		benchmark.setUp();
		assertReached(n, benchmark::bareRandom);
		assertReached(n / 2, benchmark::governance);
		assertReached(n / 2, benchmark::governanceWeighted);
		assertReached(n / 5, benchmark::governanceLeastInFlight);
		assertReached(n / 2, benchmark::governanceCall);
	}

	@Test
	void peersFollowTheWeights() {
		List<Instance> instances = List.of(Instance.of("orders", "heavy", 8080).weight(90).build(),
				Instance.of("orders", "light", 8080).weight(10).build());
		DubboPeer dubboRandom = new DubboPeer(new RandomLoadBalance(), instances);
		DubboPeer dubboRoundRobin = new DubboPeer(new RoundRobinLoadBalance(), instances);
		NacosPeer nacos = new NacosPeer(instances);
		SpringCloudPeer springCloud = SpringCloudPeer.weighted(instances);
		assertThat(light(() -> dubboRandom.pick().getUrl().getHost())).isBetween(800, 1200);
		assertThat(light(() -> dubboRoundRobin.pick().getUrl().getHost())).isEqualTo(1000);
		assertThat(light(() -> nacos.pick().getIp())).isBetween(800, 1200);
		assertThat(light(() -> Objects.requireNonNull(springCloud.pick()).getHost())).isEqualTo(1000);
	}

	private static int light(Supplier<String> pick) {
		int light = 0;
		for (int i = 0; i < 10_000; i++) {
			light += pick.get().equals("light") ? 1 : 0;
		}
		return light;
	}

	@Test
	void peersKnowTheCallsUnderWay() {
		LeastLoadBenchmark benchmark = new LeastLoadBenchmark();
		benchmark.n = 10;
		benchmark.setUp();
		Map<Integer, Integer> twoChoices = new HashMap<>();
		for (int i = 0; i < 10_000; i++) {
			assertThat(benchmark.storkLeastRequests().getId()).isZero();
			assertThat(index(benchmark.dubboLeastActive().getUrl().getHost())).isIn(0, 4, 8);
			twoChoices.merge((int) benchmark.storkTwoChoices().getId() % 4, 1, Integer::sum);
		}
		// Three of ten have no call, and the two of most calls win against each other
		// alone.
		assertThat(twoChoices.get(0)).isGreaterThan(4_000);
		assertThat(twoChoices.get(3)).isLessThan(1_000);
	}

	private static int index(String host) {
		return Integer.parseInt(host.substring("host".length()));
	}

	@Test
	void buildsPickersThatPick() {
		PickerBuildBenchmark benchmark = new PickerBuildBenchmark();
		benchmark.n = 10;
		benchmark.setUp();
		assertThat(List.of(benchmark.weightedRoundRobin(), benchmark.weightedRandom(), benchmark.hashFirst(),
				benchmark.hashFirstWeighted(), benchmark.hashOneCame(), benchmark.hashOneLeft()))
			.allSatisfy((picker) -> assertThat(picker.pick(PickRequest.ANY)).isNotNull());
	}

	private static void assertReached(int atLeast, Supplier<?> pick) {
		Set<Object> reached = new HashSet<>();
		for (int i = 0; i < 50_000; i++) {
			reached.add(pick.get());
		}
		assertThat(reached).hasSizeGreaterThanOrEqualTo(atLeast).doesNotContainNull();
	}

	@Test
	void someButNotAllUsersAreGray() {
		GrayDecisionBenchmark benchmark = new GrayDecisionBenchmark();
		benchmark.setUp();
		int gray = 0;
		for (int i = 0; i < 4096; i++) {
			gray += benchmark.decide().name().equals("gray") ? 1 : 0;
		}
		assertThat(gray).isBetween(2048 + 100, 2048 + 350);
	}

	@ParameterizedTest
	@CsvSource({ "gray, orders=gray", "stable, stable" })
	void laneOfARequestIsWhatTheFilterDecides(String lane, String header) throws Exception {
		LaneFilterBenchmark benchmark = new LaneFilterBenchmark();
		benchmark.lane = lane;
		benchmark.setUp();
		try {
			assertThat(benchmark.withFilter().toHeader()).isEqualTo(header);
			assertThat(benchmark.withoutFilter().toHeader()).isEmpty();
		}
		finally {
			benchmark.tearDown();
		}
	}

	@Test
	void onlyTheTraceThatIsToldKnowsInstanceLaneAndTries() throws Exception {
		TracedCallBenchmark benchmark = new TracedCallBenchmark();
		benchmark.setUp();
		try {
			assertThat(benchmark.plain()).isEqualTo("answer");
			assertThat(benchmark.lastSpan()).isNull();
			assertThat(benchmark.traced()).isEqualTo("answer");
			assertThat(told(benchmark)).isEmpty();
			assertThat(benchmark.tracedAndTold()).isEqualTo("answer");
			assertThat(told(benchmark)).containsExactlyInAnyOrder("governance.instance", "governance.lane",
					"governance.tries");
		}
		finally {
			benchmark.tearDown();
		}
	}

	private static List<String> told(TracedCallBenchmark benchmark) {
		return Objects.requireNonNull(benchmark.lastSpan())
			.getAttributes()
			.asMap()
			.keySet()
			.stream()
			.map(AttributeKey::getKey)
			.filter((key) -> key.startsWith("governance."))
			.toList();
	}

	/**
	 * Bounds that hold on any machine: what is allocated is always the same, and time is
	 * that of the thread, with room for one that is not warm.
	 */
	@Test
	void aChangedKeyCostsASmallPartOfARefresh() throws Exception {
		ReloadCost.Figures figures = ReloadCost.measure(Duration.ofSeconds(1), 11);
		assertThat(figures.spread().bytes()).as("bytes of %s", figures)
			.isLessThan(figures.refreshFiles().bytes() / 50)
			.isLessThan(figures.refresh().bytes() / 15);
		assertThat(figures.whole().bytes()).as("bytes of %s", figures).isLessThan(2 * figures.parse().bytes());
		assertThat(figures.spread().cpu()).as("time of %s", figures).isLessThan(figures.refreshFiles().cpu() / 10);
		assertThat(figures.whole().cpu()).as("time of %s", figures).isLessThan(5 * figures.parse().cpu());
	}

}
