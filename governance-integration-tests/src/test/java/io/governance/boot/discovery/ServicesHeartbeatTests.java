package io.governance.boot.discovery;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import de.codecentric.boot.admin.server.cloud.discovery.InstanceDiscoveryListener;
import io.governance.backend.Backend;
import io.governance.registry.Instance;
import io.governance.registry.Registry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Whoever goes by all services that there are learns of those that come and go. */
@Timeout(120)
class ServicesHeartbeatTests {

	@Test
	void springBootAdminLearnsOfInstancesThatComeAndGo(@TempDir Path directory) {
		try (ConfigurableApplicationContext admin = new SpringApplicationBuilder(Admin.class)
			.web(WebApplicationType.NONE)
			.run("--spring.main.banner-mode=off", "--governance.backend=local",
					"--governance.local.directory=" + directory, "--governance.registry.enabled=false",
					"--governance.config.enabled=false", "--governance.gray.enabled=false")) {
			Registry registry = admin.getBean(Backend.class).registry();
			registry.put("orders", List.of(instance("orders", 1)));
			awaitFound(admin, "orders-1");
			registry.put("orders", List.of(instance("orders", 2)));
			awaitFound(admin, "orders-1", "orders-2");
			registry.put("users", List.of(instance("users", 3)));
			awaitFound(admin, "orders-1", "orders-2", "users-3");
			registry.remove("orders", "orders-1");
			awaitFound(admin, "orders-2", "users-3");
			registry.remove("users", "users-3");
			awaitFound(admin, "orders-2");
		}
	}

	private static Instance instance(String service, int port) {
		return Instance.of(service, "127.0.0.1", port).id(service + "-" + port).build();
	}

	private static void awaitFound(ConfigurableApplicationContext admin, String... ids) {
		await().atMost(Duration.ofSeconds(20))
			.untilAsserted(
					() -> assertThat(admin.getBean(InstanceDiscoveryListener.class).found()).containsExactly(ids));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Admin {

		@Bean
		InstanceDiscoveryListener instanceDiscoveryListener(DiscoveryClient client) {
			return new InstanceDiscoveryListener(client);
		}

	}

}
