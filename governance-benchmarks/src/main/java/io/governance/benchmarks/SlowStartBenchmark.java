package io.governance.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.linecorp.armeria.client.endpoint.EndpointSelectionStrategy;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
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
 * One pick of one of n instances, a fifth of which are new and ramp: ours over round
 * robin, the same when nobody ramps, and Armeria's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init")
public class SlowStartBenchmark {

	/** The number of instances. */
	@Param({ "10", "100", "1000" })
	public int n;

	private ServiceBalancer ramping;

	private ServiceBalancer settled;

	private ArmeriaPeer armeria;

	/** Builds what is measured. */
	@Setup(Level.Trial)
	public void setUp() {
		List<Instance> instances = IntStream.range(0, this.n)
			.mapToObj((i) -> Instance.of("orders", "host" + i, 8080).build())
			.toList();
		// Time stands still, so that they ramp all the time.
		this.ramping = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer()).ticker(() -> 0).build();
		this.ramping.update(instances.subList(0, this.n - this.n / 5));
		this.ramping.update(instances);
		this.settled = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer()).build();
		this.settled.update(instances);
		this.armeria = new ArmeriaPeer(EndpointSelectionStrategy.rampingUp(), instances);
	}

	/** Closes what holds resources. */
	@TearDown(Level.Trial)
	public void tearDown() {
		this.armeria.close();
	}

	/**
	 * Armeria's.
	 * @return the endpoint
	 */
	@Benchmark
	public com.linecorp.armeria.client.@Nullable Endpoint armeria() {
		return this.armeria.pick();
	}

	/**
	 * Ours, while a fifth ramps.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governance() {
		return this.ramping.pick(Instance.STABLE, PickRequest.ANY);
	}

	/**
	 * Ours, while nobody ramps.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governanceSettled() {
		return this.settled.pick(Instance.STABLE, PickRequest.ANY);
	}

}
