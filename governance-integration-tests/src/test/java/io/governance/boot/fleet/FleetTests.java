package io.governance.boot.fleet;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.governance.boot.fleet.Services.Kind;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerClient;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerFactory;
import io.governance.boot.loadbalancer.NoInstanceException;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.loadbalancer.Endpoint;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.ServiceDirectory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Real web applications that find, balance and leave each other. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class FleetTests {

	@TempDir
	private static Path directory;

	private Services services;

	private final RestClient http = RestClient.create();

	@BeforeAll
	void open() {
		this.services = new Services(directory);
		this.services.orders("a", "governance.registry.instance.zone=z1", "governance.registry.instance.version=2");
		this.services.orders("b");
	}

	@AfterAll
	void close() {
		this.services.close();
	}

	static Stream<Arguments> clients() {
		return Stream.of(Arguments.of(Kind.SERVLET, "restclient"), Arguments.of(Kind.SERVLET, "resttemplate"),
				Arguments.of(Kind.SERVLET, "webclient"),
				Arguments.of(Kind.SERVLET_WITH_SPRING_CLOUD_LOADBALANCER, "restclient"),
				Arguments.of(Kind.SERVLET_WITH_SPRING_CLOUD_LOADBALANCER, "resttemplate"),
				Arguments.of(Kind.SERVLET_WITH_SPRING_CLOUD_LOADBALANCER, "webclient"),
				Arguments.of(Kind.REACTIVE, "webclient"),
				Arguments.of(Kind.REACTIVE_WITH_SPRING_CLOUD_LOADBALANCER, "webclient"));
	}

	@ParameterizedTest
	@MethodSource("clients")
	void callsAllInstancesByServiceName(Kind kind, String client) {
		ConfigurableApplicationContext front = this.services.front(kind);
		String url = Services.url(front, "/" + client + "?path=whoami");
		// The very first call waits for the list and does not fail.
		assertThat(get(url)).isIn("a", "b");
		Set<String> seen = new TreeSet<>();
		await().until(() -> {
			seen.add(get(url));
			return seen.equals(Set.of("a", "b"));
		});
		List<Endpoint> endpoints = front.getBean(ServiceBalancers.class).balancers().get("orders").endpoints();
		await().until(() -> endpoints.stream().allMatch((endpoint) -> endpoint.stats().ended() > 0));
		assertThat(endpoints).allMatch((endpoint) -> endpoint.stats().inFlight() == 0)
			.allMatch((endpoint) -> endpoint.stats().failed() == 0);
		LoadBalancerClient balancer = front.getBean(LoadBalancerClient.class);
		assertThat(balancer instanceof GovernanceLoadBalancerClient).isEqualTo(!kind.springCloudLoadBalancer());
		assertThat(front.getBean(ReactiveLoadBalancer.Factory.class) instanceof GovernanceLoadBalancerFactory)
			.isEqualTo(!kind.springCloudLoadBalancer());
		front.close();
	}

	@ParameterizedTest
	@EnumSource(value = Kind.class, names = { "SERVLET", "REACTIVE" })
	void findsInstancesThroughSpringCloudDiscovery(Kind kind) {
		ConfigurableApplicationContext front = this.services.front(kind);
		DiscoveryClient blocking = front.getBean(DiscoveryClient.class);
		assertThat(blocking.getInstances("orders")).hasSize(2)
			.first()
			.satisfies((instance) -> assertThat(instance.getInstanceId()).isEqualTo("a"))
			.satisfies((instance) -> assertThat(instance.getMetadata()).containsEntry("zone", "z1")
				.containsEntry("version", "2")
				.containsEntry("lane", "stable"));
		await().untilAsserted(() -> assertThat(blocking.getServices()).contains("orders", "front"));
		ReactiveDiscoveryClient reactive = front.getBean(ReactiveDiscoveryClient.class);
		assertThat(reactive.getInstances("orders").collectList().block()).hasSize(2);
		assertThat(reactive.getServices().collectList().block()).contains("orders", "front");
		front.close();
	}

	@Test
	void drainsBeforeItsServerStops() {
		ConfigurableApplicationContext leaving = this.services.orders("c", "governance.registry.drain.min-time=4s",
				"spring.application.name=leaving");
		ConfigurableApplicationContext front = this.services.front(Kind.SERVLET);
		ServiceDirectory instances = front.getBean(ServiceDirectory.class);
		LoadBalancerClient balancer = front.getBean(LoadBalancerClient.class);
		assertThat(balancer.choose("leaving").getInstanceId()).isEqualTo("c");
		String direct = Services.url(leaving, "/whoami");
		CompletableFuture<Void> closed = CompletableFuture.runAsync(leaving::close);
		await().until(() -> instances.instances("leaving")
			.instances()
			.stream()
			.map(Instance::status)
			.toList()
			.equals(List.of(InstanceStatus.DRAINING)));
		assertThat(balancer.choose("leaving")).isNull();
		assertThat(get(direct)).isEqualTo("c");
		assertThat(closed).isNotDone();
		await().until(() -> instances.instances("leaving").instances().isEmpty());
		closed.join();
		assertThatExceptionOfType(NoInstanceException.class)
			.isThrownBy(() -> balancer.execute("leaving", (instance) -> ""))
			.withMessageContaining("'leaving' has no instances")
			.withMessageContaining("check the name");
		front.close();
	}

	private String get(String url) {
		return this.http.get().uri(url).retrieve().body(String.class);
	}

}
