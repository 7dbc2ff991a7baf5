package io.governance.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.LeastInFlightLoadBalancer;
import io.governance.loadbalancer.Outcome;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.Picker;
import io.governance.loadbalancer.PickerInput;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.loadbalancer.TwoChoicesLoadBalancer;
import io.governance.registry.Instance;
import io.smallrye.stork.api.ServiceInstance;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.cluster.loadbalance.LeastActiveLoadBalance;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One pick of one of n instances by what was seen of them: all have answered, some
 * seconds ago and at different times, each has some calls under way, and a tenth has
 * failed. Those of others know only the calls under way, which are the same.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init")
public class LeastLoadBenchmark {

	/** The number of instances. */
	@Param({ "10", "100", "1000" })
	public int n;

	private Endpoint[] array;

	private Picker twoChoices;

	private Picker weightedTwoChoices;

	private Picker leastInFlight;

	private StorkPeer storkTwoChoices;

	private StorkPeer storkLeastRequests;

	private DubboPeer dubboLeastActive;

	/** Builds what is measured. */
	@Setup(Level.Trial)
	public void setUp() {
		this.array = endpoints(0);
		this.twoChoices = new TwoChoicesLoadBalancer().newPicker(PickerInput.of(List.of(this.array)));
		this.weightedTwoChoices = new TwoChoicesLoadBalancer().newPicker(PickerInput.of(List.of(endpoints(10))));
		this.leastInFlight = new LeastInFlightLoadBalancer().newPicker(PickerInput.of(List.of(this.array)));
		List<Instance> instances = Stream.of(this.array).map(Endpoint::instance).toList();
		this.storkTwoChoices = StorkPeer.powerOfTwoChoices(instances);
		this.storkLeastRequests = StorkPeer.leastRequests(instances);
		this.dubboLeastActive = new DubboPeer(new LeastActiveLoadBalance(), instances);
		for (int i = 0; i < this.n; i++) {
			for (int calls = callsUnderWay(i); calls > 0; calls--) {
				this.storkTwoChoices.begin(i);
				this.storkLeastRequests.begin(i);
				this.dubboLeastActive.begin(i);
			}
		}
	}

	private Endpoint[] endpoints(int step) {
		AtomicLong waited = new AtomicLong();
		ServiceBalancer balancer = ServiceBalancer.builder("orders", new TwoChoicesLoadBalancer())
			.ticker(() -> System.nanoTime() + waited.get())
			.build();
		balancer.update(IntStream.range(0, this.n)
			.mapToObj((i) -> Instance.of("orders", "host" + i, 8080).weight(100 + step * (i % 10)).build())
			.toList());
		Endpoint[] endpoints = balancer.endpoints().toArray(Endpoint[]::new);
		for (int i = 0; i < this.n; i++) {
			waited.addAndGet(Duration.ofSeconds(5).toNanos() / this.n);
			endpoints[i].begin();
			endpoints[i].end(1_000_000 + 10_000 * (i % 100), Outcome.SUCCESS);
			if (i % 10 == 0) {
				endpoints[i].begin();
				endpoints[i].end(1_000_000, Outcome.FAILURE);
			}
			for (int calls = callsUnderWay(i); calls > 0; calls--) {
				endpoints[i].begin();
			}
		}
		return endpoints;
	}

	private static int callsUnderWay(int index) {
		return index % 4;
	}

	/**
	 * The least that a random choice can cost.
	 * @return the endpoint
	 */
	@Benchmark
	public Endpoint bareRandom() {
		return this.array[ThreadLocalRandom.current().nextInt(this.array.length)];
	}

	/**
	 * SmallRye Stork's power of two choices.
	 * @return the endpoint
	 */
	@Benchmark
	public ServiceInstance storkTwoChoices() {
		return this.storkTwoChoices.pick();
	}

	/**
	 * SmallRye Stork's least requests.
	 * @return the endpoint
	 */
	@Benchmark
	public ServiceInstance storkLeastRequests() {
		return this.storkLeastRequests.pick();
	}

	/**
	 * Dubbo's least active.
	 * @return the endpoint
	 */
	@Benchmark
	public Invoker<Object> dubboLeastActive() {
		return this.dubboLeastActive.pick();
	}

	/**
	 * Our power of two choices.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governance() {
		return this.twoChoices.pick(PickRequest.ANY);
	}

	/**
	 * Our power of two choices with different weights.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governanceWeighted() {
		return this.weightedTwoChoices.pick(PickRequest.ANY);
	}

	/**
	 * Our power of two choices, with all that a call costs: it begins and ends.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governanceCall() {
		Endpoint endpoint = this.twoChoices.pick(PickRequest.ANY);
		if (endpoint != null) {
			endpoint.begin();
			endpoint.end(1_000_000, Outcome.SUCCESS);
		}
		return endpoint;
	}

	/**
	 * Our least in flight.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governanceLeastInFlight() {
		return this.leastInFlight.pick(PickRequest.ANY);
	}

}
