package io.governance.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.linecorp.armeria.client.endpoint.EndpointSelectionStrategy;
import io.governance.loadbalancer.ConsistentHashLoadBalancer;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.Picker;
import io.governance.loadbalancer.PickerInput;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.Instance;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.cluster.loadbalance.ConsistentHashLoadBalance;
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
 * One pick of one of n instances by a key, another one each time: ours, and those of
 * others. All include the making of a random key.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init")
public class ConsistentHashBenchmark {

	/** The number of instances. */
	@Param({ "10", "100", "1000" })
	public int n;

	private final PickRequest randomKey = new PickRequest() {

		@Override
		public long affinity() {
			return ThreadLocalRandom.current().nextLong();
		}

	};

	private Endpoint[] array;

	private Picker hash;

	private Picker bounded;

	private ArmeriaPeer armeria;

	private DubboPeer dubbo;

	/** Builds what is measured. */
	@Setup(Level.Trial)
	public void setUp() {
		List<Instance> instances = IntStream.range(0, this.n)
			.mapToObj((i) -> Instance.of("orders", "host" + i, 8080).build())
			.toList();
		ServiceBalancer balancer = ServiceBalancer.builder("orders", new ConsistentHashLoadBalancer()).build();
		balancer.update(instances);
		PickerInput input = PickerInput.of(balancer.endpoints());
		this.array = input.endpoints().toArray(Endpoint[]::new);
		this.hash = new ConsistentHashLoadBalancer().newPicker(input);
		this.bounded = new ConsistentHashLoadBalancer()
			.newPicker(input.withSettings(Map.of(ConsistentHashLoadBalancer.BOUNDED_LOAD, "1.25")));
		this.armeria = new ArmeriaPeer(EndpointSelectionStrategy.sticky((context) -> this.randomKey.affinity()),
				instances);
		this.dubbo = new DubboPeer(new ConsistentHashLoadBalance(), instances);
	}

	/** Closes what holds resources. */
	@TearDown(Level.Trial)
	public void tearDown() {
		this.armeria.close();
	}

	/**
	 * The least that a choice by a random key can cost: the key modulo n, which moves
	 * nearly all keys when n changes.
	 * @return the endpoint
	 */
	@Benchmark
	public Endpoint bareModulo() {
		return this.array[(int) Long.remainderUnsigned(this.randomKey.affinity(), this.array.length)];
	}

	/**
	 * Armeria's sticky selection, by jump hash.
	 * @return the endpoint
	 */
	@Benchmark
	public com.linecorp.armeria.client.@Nullable Endpoint armeria() {
		return this.armeria.pick();
	}

	/**
	 * Dubbo's consistent hash, of 160 points for each instance.
	 * @return the endpoint
	 */
	@Benchmark
	public Invoker<Object> dubbo() {
		return this.dubbo.pick();
	}

	/**
	 * Our consistent hash.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governance() {
		return this.hash.pick(this.randomKey);
	}

	/**
	 * Our consistent hash with bounded load, which looks at the calls under way.
	 * @return the endpoint
	 */
	@Benchmark
	public @Nullable Endpoint governanceBounded() {
		return this.bounded.pick(this.randomKey);
	}

}
