package io.governance.benchmarks;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.linecorp.armeria.client.ClientRequestContext;
import com.linecorp.armeria.client.endpoint.EndpointGroup;
import com.linecorp.armeria.client.endpoint.EndpointSelectionStrategy;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.Picker;
import io.governance.loadbalancer.PickerInput;
import io.governance.loadbalancer.WeightedRandomLoadBalancer;
import io.governance.loadbalancer.WeightedRoundRobinLoadBalancer;
import io.governance.registry.Instance;
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

/**
 * One pick of one of n instances by weight: ours, and Armeria's weighted round robin.
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

	private EndpointGroup armeria;

	private ClientRequestContext armeriaContext;

	/** Builds what is measured. */
	@Setup(Level.Trial)
	public void setUp() {
		SplittableRandom seeded = new SplittableRandom(1);
		int[] values = IntStream.range(0, this.n)
			.map((i) -> this.weights.equals("tens") ? 10 + 10 * (i % 10) : 1 + seeded.nextInt(Instance.MAX_WEIGHT))
			.toArray();
		PickerInput input = PickerInput.of(IntStream.range(0, this.n)
			.mapToObj((i) -> new Endpoint(Instance.of("orders", "host" + i, 8080).weight(values[i]).build()))
			.toList());
		this.array = input.endpoints().toArray(Endpoint[]::new);
		this.roundRobin = new WeightedRoundRobinLoadBalancer().newPicker(input);
		this.random = new WeightedRandomLoadBalancer().newPicker(input);
		List<com.linecorp.armeria.client.Endpoint> endpoints = IntStream.range(0, this.n)
			.mapToObj((i) -> com.linecorp.armeria.client.Endpoint.of("host" + i, 8080).withWeight(values[i]))
			.toList();
		this.armeria = EndpointGroup.of(EndpointSelectionStrategy.weightedRoundRobin(), endpoints);
		this.armeriaContext = ClientRequestContext.of(HttpRequest.of(HttpMethod.GET, "/"));
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
		return this.armeria.selectNow(this.armeriaContext);
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
