package io.governance.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.governance.loadbalancer.ConsistentHashLoadBalancer;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Picker;
import io.governance.loadbalancer.PickerInput;
import io.governance.loadbalancer.WeightedRandomLoadBalancer;
import io.governance.loadbalancer.WeightedRoundRobinLoadBalancer;
import io.governance.registry.Instance;
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
 * What it costs to build a picker for n instances when their list changes. No pick waits
 * for that. Weights are up to 10,000, or all the same where that is said.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
@SuppressWarnings("NullAway.Init")
public class PickerBuildBenchmark {

	/** The number of instances. */
	@Param({ "10", "100", "1000" })
	public int n;

	private PickerInput weighted;

	private PickerInput all;

	private PickerInput oneLess;

	/** Builds what is built from. */
	@Setup(Level.Trial)
	public void setUp() {
		ConsistentHashLoadBalancer hash = new ConsistentHashLoadBalancer();
		this.weighted = PickerInput.of(endpoints(7919));
		List<Endpoint> endpoints = endpoints(0);
		List<Endpoint> less = endpoints.subList(0, this.n - 1);
		this.all = PickerInput.of(endpoints).replacing(hash.newPicker(PickerInput.of(less)));
		this.oneLess = PickerInput.of(less).replacing(hash.newPicker(PickerInput.of(endpoints)));
	}

	private List<Endpoint> endpoints(int step) {
		return IntStream.range(0, this.n)
			.mapToObj(
					(i) -> new Endpoint(Instance.of("orders", "host" + i, 8080).weight(100 + i * step % 9900).build()))
			.toList();
	}

	/**
	 * Weighted round robin.
	 * @return the picker
	 */
	@Benchmark
	public Picker weightedRoundRobin() {
		return new WeightedRoundRobinLoadBalancer().newPicker(this.weighted);
	}

	/**
	 * Weighted random.
	 * @return the picker
	 */
	@Benchmark
	public Picker weightedRandom() {
		return new WeightedRandomLoadBalancer().newPicker(this.weighted);
	}

	/**
	 * The first consistent hash.
	 * @return the picker
	 */
	@Benchmark
	public Picker hashFirst() {
		return new ConsistentHashLoadBalancer().newPicker(this.all.replacing(null));
	}

	/**
	 * The first consistent hash with different weights.
	 * @return the picker
	 */
	@Benchmark
	public Picker hashFirstWeighted() {
		return new ConsistentHashLoadBalancer().newPicker(this.weighted);
	}

	/**
	 * A consistent hash after one instance has come.
	 * @return the picker
	 */
	@Benchmark
	public Picker hashOneCame() {
		return new ConsistentHashLoadBalancer().newPicker(this.all);
	}

	/**
	 * A consistent hash after one instance has left.
	 * @return the picker
	 */
	@Benchmark
	public Picker hashOneLeft() {
		return new ConsistentHashLoadBalancer().newPicker(this.oneLess);
	}

}
