package io.governance.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import com.linecorp.armeria.client.endpoint.EndpointSelectionStrategy;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.Picker;
import io.governance.loadbalancer.PickerInput;
import io.governance.loadbalancer.RandomLoadBalancer;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.Instance;
import io.smallrye.stork.api.ServiceInstance;
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
 * One pick of one of n instances: our pickers, a bare counter, and those of others.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init")
public class RoundRobinBenchmark {

	/** The number of instances. */
	@Param({ "10", "100", "1000" })
	public int n;

	private final AtomicLong counter = new AtomicLong();

	private Endpoint[] array;

	private Picker roundRobin;

	private Picker random;

	private ServiceBalancer balancer;

	private ArmeriaPeer armeria;

	private StorkPeer stork;

	private SpringCloudPeer springCloud;

	/** Builds what is measured. */
	@Setup(Level.Trial)
	public void setUp() {
		List<Instance> instances = IntStream.range(0, this.n)
			.mapToObj((i) -> Instance.of("orders", "host" + i, 8080).build())
			.toList();
		this.balancer = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer()).build();
		this.balancer.update(instances);
		PickerInput input = PickerInput.of(this.balancer.endpoints());
		this.array = input.endpoints().toArray(Endpoint[]::new);
		this.roundRobin = new RoundRobinLoadBalancer().newPicker(input);
		this.random = new RandomLoadBalancer().newPicker(input);
		this.armeria = new ArmeriaPeer(EndpointSelectionStrategy.roundRobin(), instances);
		this.stork = StorkPeer.roundRobin(instances);
		this.springCloud = SpringCloudPeer.roundRobin(instances);
	}

	/** Closes what holds resources. */
	@TearDown(Level.Trial)
	public void tearDown() {
		this.armeria.close();
	}

	/**
	 * The least that a shared cycle can cost.
	 * @return the endpoint
	 */
	@Benchmark
	public Endpoint bareCounter() {
		return this.array[(int) (this.counter.getAndIncrement() % this.array.length)];
	}

	/**
	 * Armeria's round robin.
	 * @return the endpoint
	 */
	@Benchmark
	public com.linecorp.armeria.client.@Nullable Endpoint armeria() {
		return this.armeria.pick();
	}

	/**
	 * SmallRye Stork's round robin.
	 * @return the endpoint
	 */
	@Benchmark
	public ServiceInstance stork() {
		return this.stork.pick();
	}

	/**
	 * Spring Cloud LoadBalancer's round robin.
	 * @return the endpoint
	 */
	@Benchmark
	public org.springframework.cloud.client.@Nullable ServiceInstance springCloud() {
		return this.springCloud.pick();
	}

	/**
	 * Our round robin.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governance() {
		return this.roundRobin.pick(PickRequest.ANY);
	}

	/**
	 * Our round robin in the stable lane of a service.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governanceService() {
		return this.balancer.pick(Instance.STABLE, PickRequest.ANY);
	}

	/**
	 * Our random choice.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governanceRandom() {
		return this.random.pick(PickRequest.ANY);
	}

}
