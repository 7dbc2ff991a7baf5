package io.governance.loadbalancer;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

import io.governance.registry.Instance;

/** A balancer in virtual time, whose executor runs when it is told to. */
final class TestBalancer implements BalancerListener {

	static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

	final List<HealthEvent> health = new ArrayList<>();

	final List<PanicEvent> panic = new ArrayList<>();

	final Queue<Runnable> tasks = new ArrayDeque<>();

	final ServiceBalancer balancer;

	/** Near the end of its range, so that it wraps in every test. */
	private long nanos = Long.MAX_VALUE - 1_000_000_000L;

	private Duration elapsed = Duration.ZERO;

	TestBalancer(LoadBalancerSettings settings) {
		this(settings, new RoundRobinLoadBalancer(), "");
	}

	TestBalancer(LoadBalancerSettings settings, LoadBalancer algorithm, String zone) {
		// Seeded, so that the outcome is the same in each run.
		RandomGenerator random = new SplittableRandom(42);
		this.balancer = ServiceBalancer.builder("orders", algorithm)
			.zone(zone)
			.client("me")
			.settings(settings)
			.ticker(() -> this.nanos)
			.clock(() -> EPOCH.plus(this.elapsed))
			.random(random)
			.executor(this.tasks::add)
			.listener(this)
			.build();
	}

	@Override
	public void onHealth(HealthEvent event) {
		this.health.add(event);
	}

	@Override
	public void onPanic(PanicEvent event) {
		this.panic.add(event);
	}

	/** Instances i0, i1 and so on. */
	TestBalancer withInstances(int count) {
		update(IntStream.range(0, count).mapToObj((i) -> Endpoints.instance("i" + i)).toList());
		return this;
	}

	void update(List<Instance> instances) {
		this.balancer.update(instances);
	}

	void pass(Duration time) {
		this.nanos += time.toNanos();
		this.elapsed = this.elapsed.plus(time);
	}

	/** Time passes with maintenance every second. */
	void passMaintained(Duration time) {
		for (long i = 0; i < time.toSeconds(); i++) {
			pass(Duration.ofSeconds(1));
			this.balancer.maintain();
		}
	}

	void runTasks() {
		for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
			task.run();
		}
	}

	Endpoint endpoint(String id) {
		return this.balancer.endpoints()
			.stream()
			.filter((endpoint) -> endpoint.instance().id().equals(id))
			.findFirst()
			.orElseThrow();
	}

	HealthState state(String id) {
		return endpoint(id).health().state();
	}

	void fail(String id, int times) {
		call(id, times, Outcome.FAILURE);
	}

	void succeed(String id, int times) {
		call(id, times, Outcome.SUCCESS);
	}

	private void call(String id, int times, Outcome outcome) {
		Endpoint endpoint = endpoint(id);
		for (int i = 0; i < times; i++) {
			endpoint.begin();
			endpoint.end(1_000_000, outcome);
		}
	}

	/** The number of picks by id. */
	Map<String, Integer> picks(int count) {
		return picks(count, Instance.STABLE);
	}

	Map<String, Integer> picks(int count, String lane) {
		Map<String, Integer> picks = new TreeMap<>();
		for (int i = 0; i < count; i++) {
			Endpoint endpoint = this.balancer.pick(lane, PickRequest.ANY);
			picks.merge((endpoint != null) ? endpoint.instance().id() : "none", 1, Integer::sum);
		}
		return picks;
	}

}
