package io.governance.consul;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.backend.Backend;
import io.governance.config.DocumentId;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.testservers.ConsulServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulServiceRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Side by side with Spring Cloud Consul, and with whoever uses Consul's own API. */
@Timeout(90)
class SpringCloudConsulTests {

	private final ConsulServer server = ConsulServer.shared();

	private final String service = "interop-" + System.nanoTime();

	private final Backend backend = new ConsulFixture(Duration.ofSeconds(30)).open(this.server.address(),
			DocumentId.DEFAULT);

	@AfterEach
	void close() {
		this.backend.close();
	}

	private ConfigurableApplicationContext springCloud() {
		URI uri = URI.create(this.server.address());
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.run("--spring.application.name=" + this.service, "--governance.enabled=false",
					"--spring.cloud.consul.host=" + uri.getHost(), "--spring.cloud.consul.port=" + uri.getPort(),
					"--spring.cloud.consul.discovery.port=8099", "--spring.cloud.consul.discovery.hostname=127.0.0.1",
					"--spring.cloud.consul.discovery.heartbeat.enabled=true",
					"--spring.cloud.consul.discovery.query-passing=true",
					"--spring.cloud.consul.discovery.instance-zone=z1",
					"--spring.cloud.consul.discovery.metadata.version=2.0", "--spring.main.banner-mode=off");
	}

	@Test
	@DisplayName("An instance of Spring Cloud Consul is found by us, with its zone, version and status, until it leaves")
	void theirInstanceIsFoundByUs() {
		List<List<Instance>> lists = new CopyOnWriteArrayList<>();
		this.backend.discovery().watch(this.service, lists::add);
		try (ConfigurableApplicationContext context = springCloud()) {
			ConsulServiceRegistry registry = context.getBean(ConsulServiceRegistry.class);
			ConsulAutoRegistration registration = context.getBean(ConsulAutoRegistration.class);
			registry.register(registration);
			Awaitility.await()
				.until(() -> !latest(lists).isEmpty() && latest(lists).get(0).status() == InstanceStatus.UP);
			Instance found = latest(lists).get(0);
			assertThat(found.host()).isEqualTo("127.0.0.1");
			assertThat(found.port()).isEqualTo(8099);
			assertThat(found.zone()).isEqualTo("z1");
			assertThat(found.version()).isEqualTo("2.0");
			assertThat(found.weight()).isEqualTo(Instance.DEFAULT_WEIGHT);
			assertThat(found.id()).startsWith(registration.getInstanceId());
			assertThat(this.backend.discovery().services()).contains(this.service);
			new Http(this.server.address())
				.put("/v1/agent/service/maintenance/" + registration.getInstanceId() + "?enable=true", "");
			Awaitility.await().until(() -> latest(lists).get(0).status() == InstanceStatus.OUT_OF_SERVICE);
			registry.deregister(registration);
			Awaitility.await().until(() -> latest(lists).isEmpty());
		}
	}

	@Test
	@DisplayName("An instance that anybody has registered is found, whatever its metadata say")
	void foreignInstanceIsFoundWhateverItsMetadataSay() {
		Http http = new Http(this.server.address());
		List<List<Instance>> lists = new CopyOnWriteArrayList<>();
		this.backend.discovery().watch(this.service, lists::add);
		String registration = """
				{"ID": "%1$s-1", "Name": "%1$s", "Address": "127.0.0.1", "Port": 9001, "Weights": {"Passing": 3, "Warning": 1},
				"Meta": {"version": "release/1.4 (build 7)", "zone": "the left one", "secure": "true"}}""";
		http.put("/v1/agent/service/register", registration.formatted(this.service));
		try {
			Awaitility.await().until(() -> !latest(lists).isEmpty());
			Instance found = latest(lists).get(0);
			assertThat(found.port()).isEqualTo(9001);
			assertThat(found.id()).startsWith(this.service + "-1");
			assertThat(found.weight()).isEqualTo(300);
			// Nothing goes in plain text to who wants TLS.
			assertThat(found.secure()).isTrue();
			assertThat(found.status()).isEqualTo(InstanceStatus.UP);
			http.put("/v1/agent/service/maintenance/" + this.service + "-1?enable=true", "");
			Awaitility.await().until(() -> latest(lists).get(0).status() == InstanceStatus.OUT_OF_SERVICE);
		}
		finally {
			http.put("/v1/agent/service/deregister/" + this.service + "-1", "");
		}
	}

	private static List<Instance> latest(List<List<Instance>> lists) {
		return lists.isEmpty() ? List.of() : lists.get(lists.size() - 1);
	}

	@Test
	@DisplayName("Our instance is found by Spring Cloud Consul, and not while it is draining")
	void ourInstanceIsFoundByThem() {
		Instance own = Instance.of(this.service, "127.0.0.1", 8081)
			.id("o-1")
			.zone("z2")
			.secure(true)
			.metadata(Map.of("team", "shop"))
			.build();
		try (ConfigurableApplicationContext context = springCloud()) {
			DiscoveryClient client = context.getBean(DiscoveryClient.class);
			this.backend.registry().put(this.service, List.of(own));
			Awaitility.await().until(() -> client.getInstances(this.service).size() == 1);
			assertThat(client.getServices()).contains(this.service);
			assertThat(client.getInstances(this.service)).singleElement().satisfies((found) -> {
				assertThat(found.getHost()).isEqualTo("127.0.0.1");
				assertThat(found.getPort()).isEqualTo(8081);
				assertThat(found.isSecure()).isTrue();
				assertThat(found.getMetadata()).containsEntry("zone", "z2").containsEntry("team", "shop");
			});
			this.backend.registry().put(this.service, List.of(own.withStatus(InstanceStatus.DRAINING)));
			Awaitility.await().until(() -> client.getInstances(this.service).isEmpty());
			this.backend.registry().remove(this.service, "o-1");
		}
	}

	@Test
	@DisplayName("A key that anybody writes by Consul's own API reaches our listener")
	void plainKeyReachesOurListener() {
		DocumentId id = new DocumentId("interop", "shop", this.service + ".yaml");
		List<Optional<String>> told = new CopyOnWriteArrayList<>();
		this.backend.config()
			.watch(Set.of(id), (documents) -> told.add(documents.find(id).map((document) -> document.text())));
		String path = "/v1/kv/governance/config/interop/shop/" + this.service + ".yaml";
		Awaitility.await().until(() -> told.size() == 1);
		new Http(this.server.address()).put(path, "limit: 5");
		Awaitility.await().until(() -> told.size() == 2);
		new Http(this.server.address()).delete(path);
		Awaitility.await().until(() -> told.size() == 3);
		assertThat(told).containsExactly(Optional.empty(), Optional.of("limit: 5"), Optional.empty());
		assertThat(this.backend.config().history(id, 10)).isEmpty();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
