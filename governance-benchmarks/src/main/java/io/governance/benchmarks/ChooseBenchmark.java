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
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.HealthState;
import io.governance.loadbalancer.Outcome;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import io.governance.registry.ServiceDirectory;
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

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One {@code LoadBalancerClient.choose("orders")} of one of n instances: ours, ours where
 * every filter has something to do, and Spring Cloud LoadBalancer's own with its cached
 * list.
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
	@Param({ "10", "100", "1000" })
	public int n;

	private ServiceDirectory directory;

	private LoadBalancerClient ours;

	private ServiceBalancers filteredBalancers;

	private LoadBalancerClient filtered;

	private ConfigurableApplicationContext context;

	private LoadBalancerClient springCloud;

	/** Builds what is measured. */
	@Setup(Level.Trial)
	public void setUp() {
		this.directory = new ServiceDirectory(new FixedDiscovery(this.n));
		this.ours = new GovernanceLoadBalancerClient(new ServiceBalancers(this.directory,
				new FirstList(this.directory, Duration.ofSeconds(5)), (service) -> new RoundRobinLoadBalancer(), ""),
				LaneContext::current);
		this.filteredBalancers = new ServiceBalancers(this.directory,
				new FirstList(this.directory, Duration.ofSeconds(5)), (service) -> new RoundRobinLoadBalancer(),
				"east");
		LaneContext gray = LaneContext.parse("other=blue,carts=gray");
		this.filtered = new GovernanceLoadBalancerClient(this.filteredBalancers, () -> gray);
		check(this.filtered, "carts");
		eject(this.filteredBalancers.balancers().get("carts"));
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
		check(this.ours, "orders");
		check(this.springCloud, "orders");
	}

	private static void check(LoadBalancerClient client, String service) {
		if (client.choose(service) == null) {
			throw new IllegalStateException(client + " finds no instance");
		}
	}

	private static void eject(@Nullable ServiceBalancer balancer) {
		if (balancer == null) {
			throw new IllegalStateException("There is no balancer");
		}
		Endpoint endpoint = balancer.endpoints()
			.stream()
			.filter((one) -> one.instance().lane().equals("gray") && one.instance().zone().equals("east"))
			.findFirst()
			.orElseThrow();
		for (int i = 0; i < 5; i++) {
			endpoint.begin();
			endpoint.end(1, Outcome.FAILURE);
		}
		balancer.maintain();
		if (endpoint.health().state() != HealthState.EJECTED) {
			throw new IllegalStateException(endpoint + " is not ejected");
		}
	}

	/** Ends what was built. */
	@TearDown(Level.Trial)
	public void tearDown() {
		this.context.close();
		this.filteredBalancers.close();
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
	 * Ours for a call of a lane from a zone, while an instance is ejected.
	 * @return the instance
	 */
	@Benchmark
	public ServiceInstance governanceFiltered() {
		return this.filtered.choose("carts");
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

	/** Delivers n instances at once; those of carts are of two lanes and two zones. */
	private record FixedDiscovery(int n) implements Discovery {

		@Override
		public Set<String> services() {
			return Set.of("orders");
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			List<Instance> instances = IntStream.range(0, this.n).mapToObj((i) -> instance(service, i)).toList();
			listener.onInstances(instances);
			return () -> {
			};
		}

		private static Instance instance(String service, int i) {
			Instance.Builder instance = Instance.of(service, "host" + i, 8080);
			if (service.equals("carts")) {
				instance.lane((i % 5 == 4) ? "stable" : "gray").zone((i % 2 == 0) ? "east" : "west");
			}
			return instance.build();
		}

		@Override
		public void close() {
		}

	}

}
