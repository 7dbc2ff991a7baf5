package io.governance.benchmarks;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.governance.Subscription;
import io.governance.boot.discovery.FirstList;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerClient;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.gray.LaneContext;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import io.governance.registry.ServiceDirectory;
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

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One {@code LoadBalancerClient.choose("orders")} of one of n instances: ours, and Spring
 * Cloud LoadBalancer's own with its cached list.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
@SuppressWarnings("NullAway.Init")
public class ChooseBenchmark {

	/** The number of instances. */
	@Param({ "10", "100" })
	public int n;

	private ServiceDirectory directory;

	private LoadBalancerClient ours;

	private ConfigurableApplicationContext context;

	private LoadBalancerClient springCloud;

	/** Builds what is measured. */
	@Setup(Level.Trial)
	public void setUp() {
		this.directory = new ServiceDirectory(new FixedDiscovery(this.n));
		this.ours = new GovernanceLoadBalancerClient(new ServiceBalancers(this.directory,
				new FirstList(this.directory, Duration.ofSeconds(5)), (service) -> new RoundRobinLoadBalancer(), ""),
				LaneContext::current);
		Map<String, Object> properties = new LinkedHashMap<>();
		properties.put("governance.enabled", "false");
		properties.put("spring.main.banner-mode", "off");
		properties.put("logging.level.root", "error");
		for (int i = 0; i < this.n; i++) {
			properties.put("spring.cloud.discovery.client.simple.instances.orders[" + i + "].uri",
					"http://host" + i + ":8080");
		}
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties(properties)
			.run();
		this.springCloud = this.context.getBean(LoadBalancerClient.class);
		check(this.ours);
		check(this.springCloud);
	}

	private static void check(LoadBalancerClient client) {
		if (client.choose("orders") == null) {
			throw new IllegalStateException(client + " finds no instance");
		}
	}

	/** Ends what was built. */
	@TearDown(Level.Trial)
	public void tearDown() {
		this.context.close();
		this.directory.close();
	}

	/**
	 * Ours.
	 * @return the instance
	 */
	@Benchmark
	public ServiceInstance governance() {
		return this.ours.choose("orders");
	}

	/**
	 * Spring Cloud LoadBalancer's.
	 * @return the instance
	 */
	@Benchmark
	public ServiceInstance springCloudLoadBalancer() {
		return this.springCloud.choose("orders");
	}

	/** An application with Spring Cloud LoadBalancer alone. */
	@EnableAutoConfiguration
	static class Application {

	}

	/** Delivers n instances at once. */
	private record FixedDiscovery(int n) implements Discovery {

		@Override
		public Set<String> services() {
			return Set.of("orders");
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			List<Instance> instances = IntStream.range(0, this.n)
				.mapToObj((i) -> Instance.of(service, "host" + i, 8080).build())
				.toList();
			listener.onInstances(instances);
			return () -> {
			};
		}

		@Override
		public void close() {
		}

	}

}
