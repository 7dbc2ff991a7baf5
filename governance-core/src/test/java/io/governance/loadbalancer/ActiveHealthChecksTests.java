package io.governance.loadbalancer;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(30)
class ActiveHealthChecksTests {

	private static final HealthCheckSettings SETTINGS = new HealthCheckSettings(Duration.ofSeconds(5),
			Duration.ofSeconds(1), 3, 2, 4);

	private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

	private final ExecutorService pool = Executors.newCachedThreadPool();

	private final ScriptedProbe probe = new ScriptedProbe();

	private final ServiceBalancer balancer = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer())
		.settings(LoadBalancerSettings.PLAIN)
		.build();

	private final ActiveHealthChecks checks = new ActiveHealthChecks(this.balancer, this.probe, SETTINGS, this.pool,
			this.nanos::get, new SplittableRandom(42));

	@AfterEach
	void endThreads() throws InterruptedException {
		this.checks.close();
		this.pool.shutdownNow();
		assertThat(this.pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void avoidsWhoDoesNotAnswerThreeTimesUntilItAnswersTwice() {
		this.balancer.update(instances(3));
		this.probe.failing.add("i1");
		round();
		round();
		assertThat(state("i1")).isEqualTo(HealthState.HEALTHY);
		round();
		assertThat(state("i1")).isEqualTo(HealthState.UNHEALTHY);
		assertThat(picked()).containsExactlyInAnyOrder("i0", "i2");
		this.probe.failing.clear();
		round();
		assertThat(state("i1")).isEqualTo(HealthState.UNHEALTHY);
		round();
		assertThat(state("i1")).isEqualTo(HealthState.HEALTHY);
		assertThat(picked()).containsExactlyInAnyOrder("i0", "i1", "i2");
	}

	@Test
	void oneGoodAnswerEndsARowOfBadOnes() {
		this.balancer.update(instances(2));
		for (int i = 0; i < 4; i++) {
			this.probe.failing.add("i1");
			round();
			round();
			this.probe.failing.clear();
			round();
		}
		assertThat(state("i1")).isEqualTo(HealthState.HEALTHY);
	}

	@Test
	void probesNoMoreAtATimeThanItMay() {
		this.balancer.update(instances(50));
		this.probe.gate = new CountDownLatch(1);
		elapse();
		this.checks.tick();
		await().until(() -> this.probe.running.get() == 4);
		this.checks.tick();
		assertThat(this.probe.most.get()).isEqualTo(4);
		this.probe.gate.countDown();
		await().until(() -> this.probe.counts.size() == 50);
		assertThat(this.probe.most.get()).isEqualTo(4);
		assertThat(this.probe.counts).allSatisfy((id, count) -> assertThat(count).isEqualTo(1));
	}

	@Test
	void spreadsTheProbesOverTheInterval() {
		this.balancer.update(instances(100));
		this.checks.tick();
		this.nanos.addAndGet(Duration.ofMillis(2500).toNanos());
		this.checks.tick();
		await().until(this.checks::idle);
		assertThat(this.probe.counts.size()).isBetween(30, 70);
	}

	@Test
	void interruptsAProbeThatDoesNotEnd() {
		this.balancer.update(instances(2));
		this.probe.gate = new CountDownLatch(1);
		for (int i = 0; i < 3; i++) {
			int ended = (i + 1) * 2;
			elapse();
			this.checks.tick();
			await().until(() -> this.probe.running.get() == 2);
			this.nanos.addAndGet(Duration.ofMillis(2100).toNanos());
			this.checks.tick();
			await().until(() -> this.probe.total() == ended && this.checks.idle());
		}
		await().until(() -> state("i0") == HealthState.UNHEALTHY);
	}

	@Test
	void leavesAloneWhoWasTakenOutOrIsGone() {
		this.balancer.update(List.of(instance("i0"), instance("i1").withStatus(InstanceStatus.DRAINING),
				instance("i2").withStatus(InstanceStatus.DOWN)));
		elapse();
		this.checks.tick();
		await().until(() -> this.probe.counts.size() == 2);
		this.balancer.update(List.of(instance("i3")));
		round();
		assertThat(this.probe.counts).containsOnlyKeys("i0", "i2", "i3").containsEntry("i0", 1);
	}

	@Test
	void anotherInstanceOfTheSameIdBeginsAnew() {
		this.balancer.update(instances(2));
		this.probe.failing.add("i1");
		round();
		round();
		this.balancer.update(instances(1));
		this.checks.tick();
		this.balancer.update(instances(2));
		round();
		round();
		assertThat(state("i1")).isEqualTo(HealthState.HEALTHY);
		round();
		assertThat(state("i1")).isEqualTo(HealthState.UNHEALTHY);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatIsFoundOfAnInstanceThatHasGoneSaysNothingOfAnotherOneOfItsId(boolean noticed) {
		this.balancer.update(instances(1));
		this.probe.failing.add("i0");
		round();
		round();
		this.probe.meanwhile = () -> {
			this.balancer.update(List.of());
			if (noticed) {
				this.checks.tick();
			}
			this.balancer.update(instances(1));
			if (noticed) {
				this.checks.tick();
			}
		};
		round();
		assertThat(state("i0")).isEqualTo(HealthState.HEALTHY);
	}

	@Test
	void whoeverIsAvoidedIsCalledAgainOnceItAnswersWhoeverSaidSo() {
		this.balancer.update(instances(2));
		round();
		this.balancer.probed("i1", false, "no answer");
		round();
		assertThat(state("i1")).isEqualTo(HealthState.UNHEALTHY);
		round();
		assertThat(state("i1")).isEqualTo(HealthState.HEALTHY);
	}

	@Test
	void interruptsTheProbeOfAnInstanceThatHasGone() {
		this.balancer.update(instances(1));
		this.probe.gate = new CountDownLatch(1);
		elapse();
		this.checks.tick();
		await().until(() -> this.probe.running.get() == 1);
		this.balancer.update(List.of());
		this.checks.tick();
		await().until(this.checks::idle);
	}

	@ParameterizedTest
	@EnumSource(value = InstanceStatus.class, names = { "DRAINING", "OUT_OF_SERVICE" })
	void whoWasTakenOutWhileItDidNotAnswerIsCalledAgainOnceItDoes(InstanceStatus status) {
		this.balancer.update(instances(2));
		this.probe.failing.add("i1");
		round();
		round();
		round();
		this.balancer.update(List.of(instance("i0"), instance("i1").withStatus(status)));
		round();
		this.balancer.update(instances(2));
		round();
		assertThat(state("i1")).isEqualTo(HealthState.UNHEALTHY);
		this.probe.failing.clear();
		round();
		round();
		assertThat(state("i1")).isEqualTo(HealthState.HEALTHY);
		assertThat(picked()).containsExactlyInAnyOrder("i0", "i1");
	}

	@Test
	void probeThatFailsWithAnErrorCountsAsFailedAndEndsNothing() {
		this.balancer.update(instances(2));
		this.probe.error = new NoClassDefFoundError("a library of the probe");
		round();
		round();
		round();
		assertThat(state("i0")).isEqualTo(HealthState.UNHEALTHY);
		this.probe.error = null;
		round();
		round();
		assertThat(state("i0")).isEqualTo(HealthState.HEALTHY);
	}

	@Test
	void whatIsFoundWhileItIsClosedDoesNotCount() {
		this.balancer.update(instances(2));
		this.probe.failing.add("i1");
		round();
		round();
		this.probe.named = this.checks::close;
		round();
		assertThat(state("i1")).isEqualTo(HealthState.HEALTHY);
	}

	@Test
	void closingForgetsWhatWasFound() {
		this.balancer.update(instances(2));
		this.probe.failing.add("i1");
		round();
		round();
		round();
		this.checks.close();
		assertThat(state("i1")).isEqualTo(HealthState.HEALTHY);
		int before = this.probe.total();
		elapse();
		this.checks.tick();
		assertThat(this.probe.total()).isEqualTo(before);
	}

	@Test
	void refusingExecutorOnlyDelays() {
		this.balancer.update(instances(2));
		AtomicInteger refusals = new AtomicInteger();
		try (ActiveHealthChecks checks = new ActiveHealthChecks(this.balancer, this.probe, SETTINGS, (task) -> {
			if (refusals.getAndIncrement() < 2) {
				throw new RejectedExecutionException("busy");
			}
			task.run();
		}, this.nanos::get, new SplittableRandom(42))) {
			checks.tick();
			this.nanos.addAndGet(Duration.ofSeconds(6).toNanos());
			checks.tick();
			assertThat(this.probe.total()).isZero();
			checks.tick();
			assertThat(this.probe.total()).isEqualTo(2);
		}
	}

	@Test
	void probesThatCouldNotBeStartedAreStartedLater() {
		this.balancer.update(instances(8));
		AtomicInteger starts = new AtomicInteger();
		try (ActiveHealthChecks checks = new ActiveHealthChecks(this.balancer, this.probe, SETTINGS, (task) -> {
			if (starts.incrementAndGet() == 2) {
				throw new OutOfMemoryError("unable to create native thread");
			}
			this.pool.execute(task);
		}, this.nanos::get, new SplittableRandom(42))) {
			checks.tick();
			this.nanos.addAndGet(Duration.ofSeconds(6).toNanos());
			this.probe.gate = new CountDownLatch(1);
			assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(checks::tick);
			checks.tick();
			await().until(() -> this.probe.running.get() == SETTINGS.concurrency());
			this.probe.gate.countDown();
			await().until(checks::idle);
			assertThat(this.probe.total()).isEqualTo(8);
		}
	}

	@Test
	void failureToTellWhatWasFoundEndsNoProbes() {
		this.balancer.update(instances(2));
		this.probe.failing.add("i1");
		round();
		round();
		this.probe.named = () -> {
			throw new NoClassDefFoundError("on purpose");
		};
		round();
		this.probe.named = () -> {
		};
		round();
		round();
		round();
		assertThat(state("i1")).isEqualTo(HealthState.UNHEALTHY);
	}

	/** Each instance is probed once. */
	private void round() {
		elapse();
		int expected = this.probe.total() + (int) this.balancer.endpoints()
			.stream()
			.filter((endpoint) -> OutlierDetector.takesPart(endpoint.instance()))
			.count();
		this.checks.tick();
		await().until(() -> this.probe.total() == expected && this.checks.idle());
	}

	/** All are due. */
	private void elapse() {
		this.checks.tick();
		this.nanos.addAndGet(Duration.ofMillis(5600).toNanos());
	}

	private HealthState state(String id) {
		return this.balancer.endpoints()
			.stream()
			.filter((endpoint) -> endpoint.instance().id().equals(id))
			.findFirst()
			.orElseThrow()
			.health()
			.state();
	}

	private Set<String> picked() {
		return IntStream.range(0, 20)
			.mapToObj((i) -> this.balancer.pick(Instance.STABLE, PickRequest.ANY).instance().id())
			.collect(Collectors.toSet());
	}

	private static List<Instance> instances(int count) {
		return IntStream.range(0, count).mapToObj((i) -> instance("i" + i)).toList();
	}

	private static Instance instance(String id) {
		return Endpoints.instance(id);
	}

	/** Answers as it is told to. */
	private static final class ScriptedProbe implements HealthProbe {

		private final Set<String> failing = ConcurrentHashMap.newKeySet();

		private final ConcurrentMap<String, Integer> counts = new ConcurrentHashMap<>();

		private final AtomicInteger running = new AtomicInteger();

		private final AtomicInteger most = new AtomicInteger();

		private volatile CountDownLatch gate = new CountDownLatch(0);

		private volatile @Nullable Error error;

		/** Runs when somebody asks for the name, as whoever tells of a failure does. */
		private volatile Runnable named = () -> {
		};

		/** Happens while an instance is probed. */
		private volatile Runnable meanwhile = () -> {
		};

		@Override
		public String name() {
			this.named.run();
			return "scripted";
		}

		@Override
		public void probe(Instance instance, Duration timeout) throws IOException, InterruptedException {
			this.most.accumulateAndGet(this.running.incrementAndGet(), Math::max);
			try {
				this.gate.await();
				this.meanwhile.run();
				Error error = this.error;
				if (error != null) {
					throw error;
				}
				if (this.failing.contains(instance.id())) {
					throw new IOException("it was told to fail");
				}
			}
			finally {
				this.running.decrementAndGet();
				this.counts.merge(instance.id(), 1, Integer::sum);
			}
		}

		int total() {
			return this.counts.values().stream().mapToInt(Integer::intValue).sum();
		}

	}

}
