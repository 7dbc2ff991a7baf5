package io.governance.nacos;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.config.ConfigService;
import com.alibaba.nacos.api.naming.NamingService;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.ConfigurableApplicationContext;

import com.alibaba.cloud.nacos.discovery.NacosDiscoveryClient;
import com.alibaba.cloud.nacos.registry.NacosRegistration;
import com.alibaba.cloud.nacos.registry.NacosServiceRegistry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Foreign clients of Nacos find what is ours, and we what is theirs.
 */
@Timeout(180)
class NacosInteropTests {

	private final String namespace = "interop-" + UUID.randomUUID().toString().substring(0, 8);

	private final NacosFixture fixture = new NacosFixture();

	private final AtomicReference<List<Instance>> seen = new AtomicReference<>(List.of());

	private Backend backend;

	@BeforeEach
	void open() {
		this.backend = this.fixture.open(this.fixture.address(), this.namespace);
	}

	@AfterEach
	void close() {
		this.backend.close();
	}

	private Properties properties() {
		Properties properties = new Properties();
		properties.put("serverAddr", this.fixture.address());
		properties.put("namespace", this.namespace);
		return properties;
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(20));
	}

	@Test
	void whatAPlainClientPublishesReachesOurListenerAndOursItsReads() throws Exception {
		ConfigService client = NacosFactory.createConfigService(properties());
		try {
			DocumentId id = new DocumentId(this.namespace, "default", "orders.yaml");
			AtomicReference<String> text = new AtomicReference<>("");
			this.backend.config()
				.watch(Set.of(id), (documents) -> text.set(documents.find(id).map(ConfigDocument::text).orElse("-")));
			await().until(() -> text.get().equals("-"));
			assertThat(client.publishConfig("orders.yaml", "DEFAULT_GROUP", "a: 1")).isTrue();
			await().until(() -> text.get().equals("a: 1"));
			this.backend.config().publish(List.of(Publication.put(id, "a: grün")), Author.of("alice"));
			assertThat(client.getConfig("orders.yaml", "DEFAULT_GROUP", 2000)).isEqualTo("a: grün");
			assertThat(client.removeConfig("orders.yaml", "DEFAULT_GROUP")).isTrue();
			await().until(() -> text.get().equals("-"));
		}
		finally {
			client.shutDown();
		}
	}

	@Test
	@DisplayName("A plain client calls whoever is up, and nobody who drains, is down, or has no weight")
	void plainClientChoosesAmongOurInstances() throws Exception {
		NamingService client = NacosFactory.createNamingService(properties());
		try {
			this.backend.registry()
				.put("orders",
						List.of(instance(1), instance(2).withStatus(InstanceStatus.DRAINING),
								instance(3).withStatus(InstanceStatus.DOWN), instance(4).toBuilder().weight(0).build(),
								instance(5).withStatus(InstanceStatus.OUT_OF_SERVICE)));
			await().until(() -> client.getAllInstances("orders").size() == 5);
			assertThat(client.selectInstances("orders", true)).singleElement()
				.satisfies((one) -> assertThat(one.getPort()).isEqualTo(8001))
				.satisfies((one) -> assertThat(one.getWeight()).isEqualTo(1.0));
		}
		finally {
			client.shutDown();
		}
	}

	@Test
	@DisplayName("A foreign id with '#' and metadata of any kind are no reason to leave an instance out")
	void foreignInstancesAreFound() throws Exception {
		NamingService client = NacosFactory.createNamingService(properties());
		try {
			com.alibaba.nacos.api.naming.pojo.Instance foreign = new com.alibaba.nacos.api.naming.pojo.Instance();
			foreign.setIp("127.0.0.1");
			foreign.setPort(9001);
			foreign.setWeight(2.5);
			foreign.setClusterName("west");
			foreign.setMetadata(Map.of("version", "1.0 beta (of somebody)", "colour", "blue"));
			watch("orders");
			client.registerInstance("orders", foreign);
			await().until(() -> this.seen.get().size() == 1);
			assertThat(this.seen.get().get(0).id()).isEqualTo("127.0.0.1:9001");
			assertThat(this.seen.get().get(0).weight()).isEqualTo(250);
			client.deregisterInstance("orders", foreign);
			await().until(() -> this.seen.get().isEmpty());
		}
		finally {
			client.shutDown();
		}
	}

	@Test
	@DisplayName("Spring Cloud Alibaba finds our instances, and we find its own")
	void springCloudAlibaba() {
		watch("inventory");
		SpringApplication application = new SpringApplication(Foreign.class);
		application.setDefaultProperties(Map.of("spring.application.name", "inventory", "spring.main.banner-mode",
				"off", "spring.cloud.nacos.discovery.server-addr", this.fixture.address(),
				"spring.cloud.nacos.discovery.namespace", this.namespace, "spring.cloud.nacos.discovery.ip",
				"127.0.0.1", "spring.cloud.nacos.discovery.port", "8080", "governance.registry.enabled", "false",
				"governance.backend", "local", "spring.main.web-application-type", "none"));
		try (ConfigurableApplicationContext context = application.run()) {
			context.getBean(NacosServiceRegistry.class).register(context.getBean(NacosRegistration.class));
			await().until(() -> this.seen.get().size() == 1);
			assertThat(this.seen.get().get(0).port()).isEqualTo(8080);
			assertThat(this.seen.get().get(0).status()).isEqualTo(InstanceStatus.UP);
			DiscoveryClient theirs = context.getBean(NacosDiscoveryClient.class);
			this.backend.registry()
				.put("orders", List.of(instance(1).toBuilder().secure(true).metadata(Map.of("colour", "blue")).build(),
						instance(2).withStatus(InstanceStatus.DRAINING)));
			await().until(() -> theirs.getInstances("orders").size() == 1);
			ServiceInstance found = theirs.getInstances("orders").get(0);
			assertThat(found.getPort()).isEqualTo(8001);
			assertThat(found.isSecure()).isTrue();
			assertThat(found.getMetadata()).containsEntry("colour", "blue");
			assertThat(theirs.getServices()).contains("orders", "inventory");
			assertThat(this.backend.discovery().services()).contains("orders", "inventory");
		}
		await().until(() -> this.seen.get().isEmpty());
	}

	private void watch(String service) {
		this.backend.discovery().watch(service, this.seen::set);
	}

	private static Instance instance(int number) {
		return Instance.of("orders", "127.0.0.1", 8000 + number).build();
	}

	/** An application that knows nothing of us. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Foreign {

	}

}
