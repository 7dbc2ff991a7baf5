package io.governance.benchmarks;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.linecorp.armeria.client.endpoint.EndpointSelectionStrategy;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.Picker;
import io.governance.loadbalancer.PickerInput;
import io.governance.loadbalancer.WeightedRandomLoadBalancer;
import io.governance.loadbalancer.WeightedRoundRobinLoadBalancer;
import io.governance.registry.Instance;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.cluster.loadbalance.RandomLoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.RoundRobinLoadBalance;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.cloud.client.ServiceInstance;

/**
 * One pick of one of n instances by weight: ours, and those of others.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init")
public class WeightedBenchmark {

	/** The number of instances. */
	@Param({ "10", "100", "1000" })
	public int n;

	/** The weights: tens up to 100, or any up to 10,000. */
	@Param({ "tens", "any" })
	public String weights;

	private Endpoint[] array;

	private Picker roundRobin;

	private Picker random;

	private ArmeriaPeer armeria;

	private DubboPeer dubboRandom;

	private DubboPeer dubboRoundRobin;

	private NacosPeer nacos;

	private SpringCloudPeer springCloud;

	/** Builds what is measured. */
	@Setup(Level.Trial)
	public void setUp() {
		SplittableRandom seeded = new SplittableRandom(1);
		int[] values = IntStream.range(0, this.n)
			.map((i) -> this.weights.equals("tens") ? 10 + 10 * (i % 10) : 1 + seeded.nextInt(Instance.MAX_WEIGHT))
			.toArray();
		List<Instance> instances = IntStream.range(0, this.n)
			.mapToObj((i) -> Instance.of("orders", "host" + i, 8080).weight(values[i]).build())
			.toList();
		PickerInput input = PickerInput.of(instances.stream().map(Endpoint::new).toList());
		this.array = input.endpoints().toArray(Endpoint[]::new);
		this.roundRobin = new WeightedRoundRobinLoadBalancer().newPicker(input);
		this.random = new WeightedRandomLoadBalancer().newPicker(input);
		this.armeria = new ArmeriaPeer(EndpointSelectionStrategy.weightedRoundRobin(), instances);
		this.dubboRandom = new DubboPeer(new RandomLoadBalance(), instances);
		this.dubboRoundRobin = new DubboPeer(new RoundRobinLoadBalance(), instances);
		this.nacos = new NacosPeer(instances);
		this.springCloud = SpringCloudPeer.weighted(instances);
	}

	/** Closes what holds resources. */
	@TearDown(Level.Trial)
	public void tearDown() {
		this.armeria.close();
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
	 * Armeria's weighted round robin.
	 * @return the endpoint
	 */
	@Benchmark
	public com.linecorp.armeria.client.@Nullable Endpoint armeria() {
		return this.armeria.pick();
	}

	/**
	 * Dubbo's random choice by weight.
	 * @return the endpoint
	 */
	@Benchmark
	public Invoker<Object> dubboRandom() {
		return this.dubboRandom.pick();
	}

	/**
	 * Dubbo's weighted round robin.
	 * @return the endpoint
	 */
	@Benchmark
	public Invoker<Object> dubboRoundRobin() {
		return this.dubboRoundRobin.pick();
	}

	/**
	 * The random choice by weight of the Nacos client.
	 * @return the endpoint
	 */
	@Benchmark
	public com.alibaba.nacos.api.naming.pojo.Instance nacos() {
		return this.nacos.pick();
	}

	/**
	 * Spring Cloud LoadBalancer's round robin over its weighted list.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable ServiceInstance springCloud() {
		return this.springCloud.pick();
	}

	/**
	 * Our weighted round robin.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governance() {
		return this.roundRobin.pick(PickRequest.ANY);
	}

	/**
	 * Our weighted random choice.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governanceRandom() {
		return this.random.pick(PickRequest.ANY);
	}

}
