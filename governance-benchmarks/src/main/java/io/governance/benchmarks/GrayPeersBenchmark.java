package io.governance.benchmarks;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.getunleash.DefaultUnleash;
import io.getunleash.Unleash;
import io.getunleash.UnleashContext;
import io.getunleash.util.UnleashConfig;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import reactor.core.publisher.Flux;

import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.LoadBalancerProperties;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.loadbalancer.core.HintBasedServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.util.LinkedMultiValueMap;

/**
 * What others take for the like of {@link GrayDecisionBenchmark}: Unleash for a feature
 * with the same users and the same percentage, from memory; Spring Cloud LoadBalancer for
 * choosing those of 8 instances whose metadata has the hint of a request.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init")
public class GrayPeersBenchmark {

	private static final int CONTEXTS = 4096;

	private Unleash unleash;

	private UnleashContext[] contexts;

	private ServiceInstanceListSupplier supplier;

	private Request<RequestDataContext> request;

	private int next;

	/** Starts an Unleash client without a server, and a supplier of instances. */
	@Setup(Level.Trial)
	public void setUp() {
		String users = IntStream.range(0, GrayDecisionBenchmark.USERS)
			.mapToObj((i) -> "user-" + i)
			.collect(Collectors.joining(","));
		String features = """
				{"version": 2, "features": [{"name": "orders-v2", "type": "release", "enabled": true, "strategies": [
				  {"name": "userWithId", "parameters": {"userIds": "%s"}},
				  {"name": "flexibleRollout", "parameters":
				    {"rollout": "10", "stickiness": "userId", "groupId": "orders-v2"}}]}]}""".formatted(users);
		this.unleash = new DefaultUnleash(UnleashConfig.builder()
			.appName("benchmark")
			.instanceId("benchmark")
			.unleashAPI("http://127.0.0.1:9/api/")
			.disablePolling()
			.disableMetrics()
			.toggleBootstrapProvider(() -> Optional.of(features))
			.build());
		this.contexts = IntStream
			.range(GrayDecisionBenchmark.USERS - CONTEXTS / 2, GrayDecisionBenchmark.USERS + CONTEXTS / 2)
			.mapToObj((i) -> UnleashContext.builder().userId("user-" + i).build())
			.toArray(UnleashContext[]::new);
		if (!this.unleash.isEnabled("orders-v2", this.contexts[0])) {
			throw new IllegalStateException("The feature is off for a user who is listed");
		}
		List<ServiceInstance> instances = IntStream.range(0, 8)
			.<ServiceInstance>mapToObj((i) -> new DefaultServiceInstance("i" + i, "orders", "127.0.0.1", 8080 + i,
					false, (i % 2 == 0) ? Map.of("hint", "gray") : Map.of()))
			.toList();
		this.supplier = new HintBasedServiceInstanceListSupplier(new FixedInstances(instances), new Properties());
		HttpHeaders headers = new HttpHeaders();
		headers.set("X-SC-LB-Hint", "gray");
		this.request = new DefaultRequest<>(new RequestDataContext(new RequestData(HttpMethod.GET,
				URI.create("http://orders/42"), headers, new LinkedMultiValueMap<>(), Map.of()), "default"));
		if (hintSupplier().size() != 4) {
			throw new IllegalStateException("The hint does not choose");
		}
	}

	/** Ends the client. */
	@TearDown(Level.Trial)
	public void tearDown() {
		this.unleash.shutdown();
	}

	/**
	 * Decides whether the feature is on for the next user.
	 * @return whether it is
	 */
	@Benchmark
	public boolean unleash() {
		return this.unleash.isEnabled("orders-v2", this.contexts[this.next++ & (CONTEXTS - 1)]);
	}

	/**
	 * Chooses the instances that have the hint of the request.
	 * @return the instances
	 */
	@Benchmark
	public List<ServiceInstance> hintSupplier() {
		return Objects.requireNonNull(this.supplier.get(this.request).blockFirst());
	}

	/** Instances that stay. */
	private record FixedInstances(List<ServiceInstance> instances) implements ServiceInstanceListSupplier {

		@Override
		public String getServiceId() {
			return "orders";
		}

		@Override
		public Flux<List<ServiceInstance>> get() {
			return Flux.just(this.instances);
		}

	}

	/** The settings of each service. */
	private static final class Properties implements ReactiveLoadBalancer.Factory<ServiceInstance> {

		private final LoadBalancerProperties properties = new LoadBalancerProperties();

		@Override
		public LoadBalancerProperties getProperties(String serviceId) {
			return this.properties;
		}

		@Override
		public ReactiveLoadBalancer<ServiceInstance> getInstance(String serviceId) {
			throw new UnsupportedOperationException();
		}

		@Override
		public <X> Map<String, X> getInstances(String name, Class<X> type) {
			return Map.of();
		}

		@Override
		public <X> X getInstance(String name, Class<?> type, Class<?>... generics) {
			throw new UnsupportedOperationException();
		}

	}

}
