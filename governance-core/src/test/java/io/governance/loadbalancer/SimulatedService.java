package io.governance.loadbalancer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

import io.governance.registry.Instance;

/**
 * A service of instances with few workers each, one of which is slow, one broken and one
 * dies, and its caller: in virtual time, the same in each run.
 */
final class SimulatedService implements BalancerListener {

	static final int SLOW = 4;

	static final int FAILING = 9;

	static final int DYING = 14;

	private static final int INSTANCES = 20;

	private static final double MEAN_MILLIS = 10;

	private static final double CALLS_PER_SECOND = 2000;

	private static final int USERS = 10_000;

	private static final long SECOND = 1_000_000_000L;

	private static final long TIMEOUT = SECOND;

	private static final long DEATH = 60 * SECOND;

	/** When the registry notices. */
	private static final long LOSS = DEATH + 15 * SECOND;

	private static final long END = 120 * SECOND;

	private final SplittableRandom random = new SplittableRandom(20);

	private final ServiceBalancer balancer;

	/** When each worker of each instance is free again. */
	private final long[][] freeAt;

	private final PriorityQueue<Call> calls = new PriorityQueue<>();

	private final List<Instance> instances = new ArrayList<>();

	private final long[] latencies = new long[(int) (CALLS_PER_SECOND * (END / SECOND) * 1.1)];

	private final boolean[] ejected = new boolean[INSTANCES];

	private int made;

	private int failed;

	private int afterEjection;

	private int toFailingAfterEjection;

	private int toSlow;

	private int toFailing;

	private int toDeadAfterLoss;

	private long now;

	SimulatedService(LoadBalancer algorithm, LoadBalancerSettings settings, int workers) {
		this.freeAt = new long[INSTANCES][workers];
		this.balancer = ServiceBalancer.builder("orders", algorithm)
			.settings(settings)
			.ticker(() -> this.now)
			.clock(() -> TestBalancer.EPOCH.plusNanos(this.now))
			.random(this.random.split())
			.listener(this)
			.build();
		for (int i = 0; i < INSTANCES; i++) {
			this.instances.add(Endpoints.instance("i%04d".formatted(i)));
		}
	}

	@Override
	public void onHealth(HealthEvent event) {
		if (event.after() == HealthState.EJECTED) {
			this.ejected[indexOf(event.instanceId())] = true;
		}
	}

	/** Two minutes of calls that come at random moments. */
	Report run() {
		this.balancer.update(this.instances);
		long nextSecond = SECOND;
		boolean lost = false;
		while (true) {
			long next = this.now + (long) exponential(SECOND / CALLS_PER_SECOND);
			for (; nextSecond <= next; nextSecond += SECOND) {
				answerUntil(nextSecond);
				this.balancer.maintain();
			}
			answerUntil(next);
			if (!lost && next >= LOSS) {
				lost = true;
				this.balancer.update(this.instances.stream().filter((one) -> indexOf(one.id()) != DYING).toList());
			}
			if (next >= END) {
				answerUntil(Long.MAX_VALUE);
				return report();
			}
			call();
		}
	}

	private double exponential(double mean) {
		return -Math.log1p(-this.random.nextDouble()) * mean;
	}

	private void call() {
		Endpoint endpoint = this.balancer.pick(Instance.STABLE,
				PickRequest.withAffinity(StableHash.of("user" + this.random.nextInt(USERS))));
		int index = indexOf(endpoint.instance().id());
		this.toSlow += (index == SLOW) ? 1 : 0;
		this.toFailing += (index == FAILING) ? 1 : 0;
		this.toDeadAfterLoss += (index == DYING && this.now >= LOSS) ? 1 : 0;
		if (this.ejected[FAILING]) {
			this.afterEjection++;
			this.toFailingAfterEjection += (index == FAILING) ? 1 : 0;
		}
		endpoint.begin();
		this.calls.add(answer(endpoint, index));
	}

	private Call answer(Endpoint endpoint, int index) {
		if (index == FAILING) {
			return new Call(endpoint, this.now, this.now + SECOND / 2000, Outcome.FAILURE);
		}
		long timeout = this.now + TIMEOUT;
		long[] workers = this.freeAt[index];
		int worker = 0;
		for (int i = 1; i < workers.length; i++) {
			worker = (workers[i] < workers[worker]) ? i : worker;
		}
		long work = workNanos((index == SLOW) ? 10 : 1);
		long end = Math.max(this.now, workers[worker]) + work;
		workers[worker] = end;
		if (end > timeout || (index == DYING && end > DEATH)) {
			return new Call(endpoint, this.now, timeout, Outcome.FAILURE);
		}
		return new Call(endpoint, this.now, end, Outcome.SUCCESS);
	}

	/** Four steps, each of exponential length: deviates by half of its mean. */
	private long workNanos(int slowness) {
		double nanos = 0;
		for (int step = 0; step < 4; step++) {
			nanos += exponential(slowness * MEAN_MILLIS * SECOND / 1000 / 4);
		}
		return (long) nanos;
	}

	private void answerUntil(long time) {
		while (!this.calls.isEmpty() && this.calls.peek().end() <= time) {
			Call call = this.calls.remove();
			this.now = call.end();
			long nanos = call.end() - call.begin();
			call.endpoint().end(nanos, call.outcome());
			this.latencies[this.made++] = nanos;
			this.failed += (call.outcome() == Outcome.FAILURE) ? 1 : 0;
		}
		this.now = (time != Long.MAX_VALUE) ? time : this.now;
	}

	private Report report() {
		long[] sorted = Arrays.copyOf(this.latencies, this.made);
		Arrays.sort(sorted);
		return new Report(Duration.ofNanos(sorted[this.made / 2]), Duration.ofNanos(sorted[(int) (this.made * 0.99)]),
				share(this.failed, this.made), share(this.toSlow, this.made), share(this.toFailing, this.made),
				share(this.toFailingAfterEjection, this.afterEjection), this.ejected[FAILING], this.toDeadAfterLoss);
	}

	private static double share(int some, int all) {
		return (all != 0) ? (double) some / all : 0;
	}

	private static int indexOf(String id) {
		return Integer.parseInt(id.substring(1));
	}

	/**
	 * What the caller saw; times of failed calls count too.
	 */
	record Report(Duration median, Duration p99, double failed, double slow, double failing,
			double failingAfterEjection, boolean failingEjected, int toDeadAfterLoss) {

	}

	private record Call(Endpoint endpoint, long begin, long end, Outcome outcome) implements Comparable<Call> {

		@Override
		public int compareTo(Call other) {
			return Long.compare(this.end, other.end);
		}

	}

}
