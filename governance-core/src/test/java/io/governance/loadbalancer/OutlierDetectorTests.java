package io.governance.loadbalancer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class OutlierDetectorTests {

	private static final LoadBalancerSettings SETTINGS = LoadBalancerSettings.PLAIN
		.withOutliers(OutlierSettings.DEFAULTS);

	private final TestBalancer test = new TestBalancer(SETTINGS);

	@Test
	void warnsAndThenEjectsAfterFailuresInARow() {
		this.test.withInstances(4);
		this.test.fail("i1", 2);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.HEALTHY);
		this.test.fail("i1", 1);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.WARNED);
		this.test.fail("i1", 1);
		assertThat(this.test.picks(40)).containsEntry("i1", 10);
		this.test.fail("i1", 1);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.EJECTED);
		assertThat(this.test.health).isEmpty();
		this.test.runTasks();
		assertThat(this.test.health).containsExactly(
				new HealthEvent("orders", "i1", HealthState.HEALTHY, HealthState.WARNED, HealthEvent.Cause.FAILURES,
						"3 failures in a row", 3, 0, Duration.ZERO),
				new HealthEvent("orders", "i1", HealthState.WARNED, HealthState.EJECTED, HealthEvent.Cause.FAILURES,
						"5 failures in a row", 5, 1, Duration.ofSeconds(30)));
	}

	@Test
	void takesEffectOnTheNextPickThoughNothingIsRebuiltYet() {
		this.test.withInstances(4);
		this.test.fail("i1", 5);
		assertThat(this.test.tasks).hasSize(1);
		assertThat(this.test.picks(400)).doesNotContainKeys("i1", "none").hasSize(3);
		this.test.runTasks();
		assertThat(this.test.picks(300)).isEqualTo(Map.of("i0", 100, "i2", 100, "i3", 100));
	}

	@Test
	void takesEffectThoughTheExecutorRefuses() {
		ServiceBalancer balancer = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer()).executor((task) -> {
			throw new RejectedExecutionException("closed");
		}).build();
		balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("b"), Endpoints.instance("c")));
		Endpoint endpoint = balancer.endpoints().get(0);
		for (int i = 0; i < 5; i++) {
			endpoint.begin();
			endpoint.end(1, Outcome.FAILURE);
		}
		for (int i = 0; i < 100; i++) {
			assertThat(balancer.pick(Instance.STABLE, PickRequest.ANY)).isNotNull().isNotSameAs(endpoint);
		}
	}

	@Test
	void oneSuccessEndsARowOfFailuresAndAWarning() {
		this.test.withInstances(4);
		this.test.fail("i1", 4);
		this.test.succeed("i1", 1);
		this.test.fail("i1", 2);
		this.test.passMaintained(Duration.ofSeconds(1));
		assertThat(this.test.state("i1")).isEqualTo(HealthState.HEALTHY);
		assertThat(this.test.health).extracting(HealthEvent::after)
			.containsExactly(HealthState.WARNED, HealthState.HEALTHY);
	}

	@Test
	void callsThatAreGivenUpSayNothing() {
		this.test.withInstances(4);
		Endpoint endpoint = this.test.endpoint("i1");
		for (int i = 0; i < 20; i++) {
			endpoint.begin();
			endpoint.end(1, Outcome.CANCELLED);
		}
		assertThat(this.test.state("i1")).isEqualTo(HealthState.HEALTHY);
	}

	@Test
	void ejectsForLongerEachTimeAndNeverForLongerThanTheMaximum() {
		this.test.withInstances(4);
		List<Duration> times = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			this.test.fail("i1", 5);
			this.test.runTasks();
			times.add(this.test.health.get(this.test.health.size() - 1).ejectedFor());
			this.test.passMaintained(Duration.ofSeconds(300));
			assertThat(this.test.state("i1")).isEqualTo(HealthState.RETURNING);
		}
		assertThat(times.subList(0, 4)).containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(60),
				Duration.ofSeconds(90), Duration.ofSeconds(120));
		assertThat(times.subList(9, 12)).containsOnly(Duration.ofSeconds(300));
	}

	@Test
	void getsNothingUntilItsTimeIsOver() {
		this.test.withInstances(4);
		this.test.fail("i1", 5);
		this.test.runTasks();
		this.test.passMaintained(Duration.ofSeconds(29));
		assertThat(this.test.picks(300)).doesNotContainKey("i1");
		this.test.passMaintained(Duration.ofSeconds(1));
		assertThat(this.test.picks(300)).containsKey("i1");
	}

	@Test
	void returnsGently() {
		this.test.withInstances(4);
		this.test.fail("i1", 5);
		this.test.runTasks();
		this.test.passMaintained(Duration.ofSeconds(30));
		assertThat(this.test.state("i1")).isEqualTo(HealthState.RETURNING);
		assertThat(this.test.picks(4000).get("i1")).isBetween(70, 130);
		this.test.succeed("i1", 1);
		this.test.passMaintained(Duration.ofSeconds(5));
		assertThat(this.test.state("i1")).isEqualTo(HealthState.RETURNING);
		assertThat(this.test.picks(4000).get("i1")).isBetween(440, 560);
		this.test.passMaintained(Duration.ofSeconds(5));
		assertThat(this.test.state("i1")).isEqualTo(HealthState.HEALTHY);
		assertThat(this.test.picks(4000)).containsEntry("i1", 1000);
	}

	@Test
	void failingItsTrialEjectsAgainAtOnce() {
		this.test.withInstances(4);
		this.test.fail("i1", 5);
		this.test.runTasks();
		this.test.passMaintained(Duration.ofSeconds(30));
		this.test.fail("i1", 1);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.EJECTED);
		this.test.runTasks();
		assertThat(this.test.health.get(this.test.health.size() - 1))
			.matches((event) -> event.ejectedFor().equals(Duration.ofSeconds(60)) && event.ejections() == 2);
	}

	@Test
	void whoSucceededAfterItsReturnIsNotEjectedForOneFailure() {
		this.test.withInstances(4);
		this.test.fail("i1", 5);
		this.test.passMaintained(Duration.ofSeconds(30));
		this.test.succeed("i1", 1);
		this.test.fail("i1", 4);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.RETURNING);
		this.test.fail("i1", 1);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.EJECTED);
	}

	@Test
	void goodBehaviourIsForgivenStepByStep() {
		this.test.withInstances(4);
		this.test.fail("i1", 5);
		this.test.passMaintained(Duration.ofSeconds(30));
		this.test.fail("i1", 1);
		this.test.passMaintained(Duration.ofSeconds(60));
		assertThat(this.test.endpoint("i1").health().ejections()).isEqualTo(2);
		this.test.passMaintained(Duration.ofSeconds(60));
		assertThat(this.test.endpoint("i1").health().ejections()).as("without calls").isEqualTo(2);
		for (int i = 0; i < 4; i++) {
			this.test.succeed("i1", 10);
			this.test.passMaintained(Duration.ofSeconds(10));
		}
		assertThat(this.test.endpoint("i1").health().ejections()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "1, 0", "2, 1", "3, 1", "4, 2", "10, 5", "11, 5" })
	@DisplayName("F41 no more than half are ejected, one of two, never the last")
	void ejectsNoMoreThanTheCap(int instances, int ejected) {
		this.test.withInstances(instances);
		IntStream.range(0, instances).forEach((i) -> this.test.fail("i" + i, 20));
		this.test.runTasks();
		assertThat(IntStream.range(0, instances).filter((i) -> this.test.state("i" + i) == HealthState.EJECTED))
			.hasSize(ejected);
		assertThat(this.test.picks(100)).hasSize(instances - ejected).doesNotContainKey("none");
	}

	@Test
	void whoWasSparedIsEjectedOnceTheCapAllowsIt() {
		this.test.withInstances(2);
		this.test.fail("i0", 5);
		this.test.fail("i1", 5);
		this.test.runTasks();
		assertThat(this.test.state("i1")).isEqualTo(HealthState.WARNED);
		this.test.passMaintained(Duration.ofSeconds(30));
		assertThat(this.test.state("i0")).isEqualTo(HealthState.RETURNING);
		this.test.fail("i1", 1);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.EJECTED);
	}

	@Test
	void neverEjectsTheLastThatIsUp() {
		this.test.update(List.of(Endpoints.instance("i0"), Endpoints.instance("i1").withStatus(InstanceStatus.DOWN),
				Endpoints.instance("i2").withStatus(InstanceStatus.DRAINING)));
		this.test.fail("i0", 20);
		assertThat(this.test.state("i0")).isEqualTo(HealthState.WARNED);
	}

	@Test
	void anotherLaneDoesNotCount() {
		this.test.update(
				List.of(Endpoints.instance("i0"), Endpoints.instance("g0", "gray"), Endpoints.instance("g1", "gray")));
		this.test.fail("i0", 20);
		this.test.fail("g0", 20);
		this.test.runTasks();
		assertThat(this.test.state("i0")).isEqualTo(HealthState.WARNED);
		assertThat(this.test.state("g0")).isEqualTo(HealthState.EJECTED);
		assertThat(this.test.picks(10, "gray")).isEqualTo(Map.of("g1", 10));
	}

	@Test
	void ejectsWhoseSuccessRateIsFarBelowThatOfTheOthers() {
		this.test.withInstances(10);
		IntStream.range(0, 9).forEach((i) -> this.test.succeed("i" + i, 200));
		for (int i = 0; i < 100; i++) {
			this.test.succeed("i9", 1);
			this.test.fail("i9", 1);
		}
		this.test.passMaintained(Duration.ofSeconds(9));
		assertThat(this.test.state("i9")).isEqualTo(HealthState.HEALTHY);
		this.test.passMaintained(Duration.ofSeconds(1));
		assertThat(this.test.state("i9")).isEqualTo(HealthState.EJECTED);
		assertThat(this.test.picks(90)).hasSize(9).doesNotContainKey("i9");
		assertThat(this.test.health.get(0).reason()).isEqualTo("50.0 % of 200 calls succeeded, of its lane's 95.0 %");
	}

	@Test
	void warnsWhereTheRateIsBelowButNotByEnough() {
		this.test.withInstances(6);
		int[] succeeded = { 1000, 1000, 950, 900, 900, 800 };
		for (int i = 0; i < 6; i++) {
			mix("i" + i, succeeded[i], 1000 - succeeded[i]);
		}
		// Mean 92.5 %, deviation 6.9 %: 1.8 of it below.
		this.test.passMaintained(Duration.ofSeconds(10));
		assertThat(this.test.state("i5")).isEqualTo(HealthState.WARNED);
		IntStream.range(0, 6).forEach((i) -> this.test.succeed("i" + i, 1000));
		this.test.passMaintained(Duration.ofSeconds(11));
		assertThat(this.test.state("i5")).isEqualTo(HealthState.HEALTHY);
	}

	@Test
	void smallDifferencesAmongGoodOnesDoNotCount() {
		this.test.withInstances(10);
		IntStream.range(0, 9).forEach((i) -> this.test.succeed("i" + i, 1000));
		mix("i9", 990, 10);
		this.test.passMaintained(Duration.ofSeconds(10));
		assertThat(this.test.state("i9")).isEqualTo(HealthState.HEALTHY);
	}

	@ParameterizedTest
	@CsvSource({ "4, 200", "10, 99" })
	void tooFewInstancesOrCallsAreNotCompared(int instances, int calls) {
		this.test.withInstances(instances);
		IntStream.range(1, instances).forEach((i) -> this.test.succeed("i" + i, calls));
		mix("i0", calls / 2, calls - calls / 2);
		this.test.passMaintained(Duration.ofSeconds(10));
		assertThat(this.test.state("i0")).isEqualTo(HealthState.HEALTHY);
	}

	@Test
	void comparesOnlyWhatHappenedSinceTheLastTime() {
		this.test.withInstances(10);
		mix("i0", 500, 500);
		this.test.passMaintained(Duration.ofSeconds(10));
		IntStream.range(0, 10).forEach((i) -> this.test.succeed("i" + i, 200));
		this.test.passMaintained(Duration.ofSeconds(10));
		assertThat(this.test.state("i0")).isEqualTo(HealthState.HEALTHY);
	}

	@Test
	void switchedOffEjectsNobodyAndLetsThoseReturnThatAre() {
		this.test.withInstances(4);
		this.test.fail("i1", 5);
		this.test.runTasks();
		this.test.balancer.settings(LoadBalancerSettings.PLAIN);
		assertThat(this.test.picks(40)).containsEntry("i1", 10);
		this.test.fail("i2", 50);
		assertThat(this.test.state("i2")).isEqualTo(HealthState.HEALTHY);
	}

	@Test
	void ejectionSurvivesChangesOfTheListAndOfSettings() {
		this.test.withInstances(4);
		this.test.fail("i1", 5);
		this.test.update(List.of(Endpoints.instance("i0"), Endpoints.instance("i1").toBuilder().version("2").build(),
				Endpoints.instance("i5")));
		this.test.balancer.settings(SETTINGS.withSubsetSize(100));
		assertThat(this.test.state("i1")).isEqualTo(HealthState.EJECTED);
		assertThat(this.test.picks(40)).isEqualTo(Map.of("i0", 20, "i5", 20));
	}

	@Test
	void anotherProcessUnderTheSameIdIsInnocent() {
		this.test.update(List.of(started("i0", "1"), started("i1", "1")));
		this.test.fail("i1", 5);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.EJECTED);
		this.test.update(List.of(started("i0", "1"), started("i1", "2")));
		assertThat(this.test.state("i1")).isEqualTo(HealthState.HEALTHY);
		assertThat(this.test.picks(40)).containsKey("i1");
		InstanceStats stats = this.test.endpoint("i1").stats();
		assertThat(stats.failureScore()).isZero();
		assertThat(stats.failed()).as("what is counted goes on").isEqualTo(5);
		this.test.fail("i1", 4);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.WARNED);
		this.test.fail("i1", 1);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.EJECTED);
	}

	@Test
	void anotherProcessIsEjectedForAsShortAsAnyOtherTheFirstTime() {
		this.test.update(List.of(started("i0", "1"), started("i1", "1")));
		this.test.fail("i1", 5);
		this.test.passMaintained(Duration.ofSeconds(30));
		this.test.fail("i1", 1);
		this.test.passMaintained(Duration.ofSeconds(60));
		this.test.succeed("i1", 10);
		this.test.passMaintained(Duration.ofSeconds(10));
		assertThat(this.test.state("i1")).isEqualTo(HealthState.HEALTHY);
		assertThat(this.test.endpoint("i1").health().ejections()).isPositive();
		this.test.update(List.of(started("i0", "1"), started("i1", "2")));
		assertThat(this.test.endpoint("i1").health().ejections()).isZero();
		this.test.fail("i1", 5);
		assertThat(this.test.endpoint("i1").health().ejectedFor()).isEqualTo(Duration.ofSeconds(30));
	}

	@ParameterizedTest
	@CsvSource({ "10.0.0.2, 8080", "10.0.0.1, 8081" })
	void whoAnswersAtAnotherAddressUnderTheSameIdIsInnocent(String host, int port) {
		this.test.withInstances(2);
		Endpoint before = this.test.endpoint("i1");
		before.begin();
		this.test.fail("i1", 5);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.EJECTED);
		this.test.update(List.of(Endpoints.instance("i0"), Instance.of("orders", host, port).id("i1").build()));
		assertThat(this.test.state("i1")).isEqualTo(HealthState.HEALTHY);
		before.end(1, Outcome.FAILURE);
		assertThat(this.test.endpoint("i1").stats().failuresInARow()).isZero();
		assertThat(this.test.picks(40)).containsKey("i1");
	}

	@Test
	void callsThatTheProcessBeforeLeavesBehindSayNothingOfTheNewOne() {
		this.test.update(List.of(started("i0", "1"), started("i1", "1")));
		Endpoint before = this.test.endpoint("i1");
		for (int i = 0; i < 5; i++) {
			before.begin();
		}
		this.test.update(List.of(started("i0", "1"), started("i1", "2")));
		for (int i = 0; i < 5; i++) {
			before.end(1, Outcome.FAILURE);
		}
		assertThat(this.test.state("i1")).isEqualTo(HealthState.HEALTHY);
		assertThat(this.test.endpoint("i1").stats().inFlight()).isZero();
		this.test.fail("i1", 4);
		assertThat(this.test.state("i1")).isEqualTo(HealthState.WARNED);
	}

	@Test
	void probesTakeAnInstanceOutAndBringItBack() {
		this.test.withInstances(4);
		this.test.balancer.probed("i1", false, "connection refused");
		assertThat(this.test.state("i1")).isEqualTo(HealthState.UNHEALTHY);
		assertThat(this.test.picks(40)).doesNotContainKey("i1");
		this.test.balancer.probed("i1", false, "connection refused");
		this.test.runTasks();
		assertThat(this.test.health).hasSize(1);
		this.test.balancer.probed("i1", true, "answers");
		this.test.runTasks();
		assertThat(this.test.picks(40)).containsEntry("i1", 10);
		this.test.balancer.probed("unknown", false, "?");
	}

	@Test
	void whoIsGoneIsNotEjectedByCallsThatEndLate() {
		this.test.withInstances(4);
		Endpoint gone = this.test.endpoint("i3");
		this.test.withInstances(3);
		for (int i = 0; i < 5; i++) {
			gone.end(1, Outcome.FAILURE);
		}
		this.test.runTasks();
		assertThat(gone.health().state()).isEqualTo(HealthState.HEALTHY);
		assertThat(this.test.health).isEmpty();
	}

	@Test
	void listenerThatThrowsHarmsNothing() {
		ServiceBalancer balancer = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer())
			.listener(new BalancerListener() {
				@Override
				public void onHealth(HealthEvent event) {
					throw new IllegalStateException("broken");
				}
			})
			.build();
		balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("b")));
		for (int i = 0; i < 5; i++) {
			balancer.endpoints().get(0).end(1, Outcome.FAILURE);
		}
		assertThat(balancer.endpoints().get(0).health().state()).isEqualTo(HealthState.EJECTED);
	}

	@Test
	void listenerThatThrowsAnErrorIsToldOfTheNextChangeAllTheSame() {
		List<String> told = new ArrayList<>();
		ServiceBalancer balancer = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer())
			.listener(new BalancerListener() {
				@Override
				public void onHealth(HealthEvent event) {
					told.add(event.instanceId());
					throw new AssertionError("broken");
				}
			})
			.build();
		balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("b")));
		balancer.probed("a", false, "no answer");
		balancer.probed("b", false, "no answer");
		balancer.maintain();
		assertThat(told).containsExactly("a", "b");
	}

	@Test
	void concurrentFailuresEjectWithinTheCapAndPicksGoOn() throws Exception {
		ServiceBalancer balancer = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer()).build();
		balancer.update(IntStream.range(0, 100).mapToObj((i) -> Endpoints.instance("i%03d".formatted(i))).toList());
		List<Endpoint> endpoints = balancer.endpoints();
		ExecutorService pool = Executors.newFixedThreadPool(4);
		try {
			CountDownLatch start = new CountDownLatch(1);
			List<Future<?>> futures = new ArrayList<>();
			for (int thread = 0; thread < 4; thread++) {
				futures.add(pool.submit(() -> {
					start.await();
					for (int i = 0; i < 20_000; i++) {
						Endpoint endpoint = balancer.pick(Instance.STABLE, PickRequest.ANY);
						assertThat(endpoint).isNotNull();
						endpoint.begin();
						endpoint.end(1, (endpoints.indexOf(endpoint) < 60) ? Outcome.FAILURE : Outcome.SUCCESS);
					}
					return null;
				}));
			}
			start.countDown();
			for (Future<?> future : futures) {
				future.get(50, TimeUnit.SECONDS);
			}
		}
		finally {
			pool.shutdownNow();
		}
		assertThat(endpoints).filteredOn((endpoint) -> endpoint.health().state() == HealthState.EJECTED).hasSize(50);
		for (int i = 0; i < 200; i++) {
			assertThat(balancer.pick(Instance.STABLE, PickRequest.ANY))
				.matches((endpoint) -> endpoint.health().state() != HealthState.EJECTED);
		}
	}

	@Test
	void aThousandInstancesAreComparedAndEjected() {
		this.test.withInstances(1000);
		for (int i = 0; i < 1000; i++) {
			mix("i" + i, (i < 100) ? 50 : 100, (i < 100) ? 50 : 0);
		}
		this.test.passMaintained(Duration.ofSeconds(10));
		assertThat(this.test.picks(9000)).hasSize(900).doesNotContainKey("i42");
	}

	/** The failures are spread, so that none of them is one of many in a row. */
	private void mix(String id, int succeeded, int failed) {
		Endpoint endpoint = this.test.endpoint(id);
		int left = failed;
		for (int done = 0; done < succeeded; done++) {
			for (int share = (int) Math.ceil(left / (double) (succeeded - done)); share > 0; share--) {
				endpoint.end(1, Outcome.FAILURE);
				left--;
			}
			endpoint.end(1, Outcome.SUCCESS);
		}
		assertThat(left).isZero();
	}

	private static Instance started(String id, String started) {
		return Endpoints.instance(id).toBuilder().metadata(Map.of("started", started)).build();
	}

}
