package io.governance.nacos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.UUID;

import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.config.ConfigService;
import com.alibaba.nacos.api.exception.NacosException;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What users of Spring Cloud Alibaba have stored in Nacos, published as they publish it.
 */
@Timeout(120)
class SpringCloudAlibabaConfigTests {

	private static final String GROUP = "DEFAULT_GROUP";

	private final String namespace = "layout-" + UUID.randomUUID().toString().substring(0, 8);

	private final NacosFixture fixture = new NacosFixture();

	private ConfigService client;

	@BeforeEach
	void connect() throws NacosException {
		Properties properties = new Properties();
		properties.put("serverAddr", this.fixture.address());
		properties.put("namespace", this.namespace);
		this.client = NacosFactory.createConfigService(properties);
	}

	@AfterEach
	void disconnect() throws NacosException {
		this.client.shutDown();
	}

	@Test
	void anApplicationMovesWithItsDocumentsAndIsReloaded(@TempDir Path cache) throws Exception {
		publish("orders", GROUP, "a=bare\nb=bare\nc=bare");
		publish("orders.yaml", GROUP, "{b: file, c: file}");
		publish("orders-eu.yml", GROUP, "c: profile");
		publish("redis.properties", "SHARED", "a=shared\nd=shared");
		try (ConfigurableApplicationContext context = start(cache)) {
			assertThat(property(context, "a")).isEqualTo("bare");
			assertThat(property(context, "b")).isEqualTo("file");
			assertThat(property(context, "c")).isEqualTo("profile");
			assertThat(property(context, "d")).isEqualTo("shared");

			publish("orders", GROUP, "a=changed");
			eventually(() -> assertThat(property(context, "a")).isEqualTo("changed"));
			publish("redis.properties", "SHARED", "d=changed");
			eventually(() -> assertThat(property(context, "d")).isEqualTo("changed"));
			assertThat(this.client.removeConfig("orders-eu.yml", GROUP)).isTrue();
			eventually(() -> assertThat(property(context, "c")).isEqualTo("file"));
			publish("orders-eu.json", GROUP, "{\"c\": \"json\"}");
			eventually(() -> assertThat(property(context, "c")).isEqualTo("json"));
		}
	}

	/** Nacos confirms what was published a little before it can be read. */
	private void publish(String dataId, String group, String text) throws NacosException {
		assertThat(this.client.publishConfig(dataId, group, text)).isTrue();
		eventually(() -> assertThat(this.client.getConfig(dataId, group, 3_000)).isEqualTo(text));
	}

	private static void eventually(ThrowingRunnable assertion) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(assertion);
	}

	private static String property(ConfigurableApplicationContext context, String name) {
		return context.getEnvironment().getProperty(name);
	}

	private ConfigurableApplicationContext start(Path cache) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.profiles("eu")
			.run("--spring.application.name=orders", "--spring.config.import=governance:", "--governance.backend=nacos",
					"--governance.nacos.addresses=" + this.fixture.address(),
					"--governance.namespace=" + this.namespace, "--governance.config.layout=spring-cloud-alibaba",
					"--governance.config.documents[0].name=redis.properties",
					"--governance.config.documents[0].group=SHARED", "--governance.config.cache.directory=" + cache,
					"--governance.registry.enabled=false", "--spring.cloud.nacos.discovery.enabled=false",
					"--spring.main.banner-mode=off");
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
