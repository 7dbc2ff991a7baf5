package io.governance.boot.registry;

import java.nio.file.Path;
import java.util.List;

import io.governance.backend.Backend;
import io.governance.boot.TestFleet;
import io.governance.boot.actuate.GovernanceInstanceEndpoint;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationKeeper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

import static io.governance.registry.InstanceStatus.OUT_OF_SERVICE;
import static io.governance.registry.InstanceStatus.UP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Contexts that are the parents and children of each other, and what they register. */
@Timeout(60)
class RegistrationHierarchyTests {

	private TestFleet fleet;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
	}

	@Test
	void eachChildWithAWebServerIsRegisteredForItself() {
		try (ConfigurableApplicationContext parent = this.fleet.start(Application.class);
				ConfigurableApplicationContext stays = child(parent, WebApplicationType.SERVLET, "stays")) {
			try (ConfigurableApplicationContext goes = child(parent, WebApplicationType.REACTIVE, "orders")) {
				await().untilAsserted(() -> assertThat(ports(parent, "orders")).containsExactly(portOf(goes)));
				await().untilAsserted(() -> assertThat(ports(parent, "stays")).containsExactly(portOf(stays)));
				assertThat(goes.getBean(Registration.class).getPort()).isEqualTo(portOf(goes));
				stays.getBean(GovernanceInstanceEndpoint.class).set("OUT_OF_SERVICE");
				await().untilAsserted(() -> assertThat(statusOf(parent, "stays")).isEqualTo(OUT_OF_SERVICE));
				assertThat(statusOf(parent, "orders")).isEqualTo(UP);
				assertThat(parent.getBean(Registration.class).getPort()).isZero();
			}
			assertThat(ports(parent, "orders")).isEmpty();
			assertThat(ports(parent, "stays")).containsExactly(portOf(stays));
			// As whoever pauses an application does.
			parent.stop();
			parent.start();
			assertThat(parent.getBean(RegistrationKeeper.class).states()).hasSize(1);
		}
	}

	@Test
	void aChildWithoutAWebServerIsAPartOfItsParent() {
		try (ConfigurableApplicationContext parent = this.fleet.start(WebApplicationType.SERVLET, Application.class)) {
			await().untilAsserted(() -> assertThat(ports(parent, "orders")).containsExactly(portOf(parent)));
			try (ConfigurableApplicationContext child = child(parent, WebApplicationType.NONE, "orders")) {
				assertThat(child.getBean(Registration.class)).isSameAs(parent.getBean(Registration.class));
				assertThat(child.getBean(InboundCalls.class)).isSameAs(parent.getBean(InboundCalls.class));
			}
			assertThat(ports(parent, "orders")).containsExactly(portOf(parent));
		}
	}

	@Test
	void aChildCallsServicesByTheirNamesWithEachOfItsClients() {
		String endpoint = "http://orders/actuator/governanceinstance";
		try (ConfigurableApplicationContext parent = this.fleet.start(Application.class);
				ConfigurableApplicationContext child = child(parent, WebApplicationType.SERVLET, "orders")) {
			await().untilAsserted(() -> assertThat(ports(parent, "orders")).containsExactly(portOf(child)));
			assertThat(child.getBean(RestTemplate.class).getForObject(endpoint, String.class)).contains("status");
			assertThat(
					child.getBean(RestClient.Builder.class).build().get().uri(endpoint).retrieve().body(String.class))
				.contains("status");
			assertThat(child.getBean(WebClient.Builder.class)
				.build()
				.get()
				.uri(endpoint)
				.retrieve()
				.bodyToMono(String.class)
				.block()).contains("status");
		}
	}

	private ConfigurableApplicationContext child(ConfigurableApplicationContext parent, WebApplicationType type,
			String name) {
		return new SpringApplicationBuilder(Application.class).parent(parent)
			.web(type)
			.run("--spring.application.name=" + name, "--server.port=0", "--spring.main.banner-mode=off",
					"--management.endpoints.web.exposure.include=governanceinstance");
	}

	private static List<Integer> ports(ConfigurableApplicationContext context, String service) {
		return context.getBean(Backend.class).registry().observe(service).stream().map(Instance::port).toList();
	}

	private static InstanceStatus statusOf(ConfigurableApplicationContext context, String service) {
		return context.getBean(Backend.class).registry().observe(service).get(0).status();
	}

	private static int portOf(ConfigurableApplicationContext context) {
		return ((WebServerApplicationContext) context).getWebServer().getPort();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@LoadBalanced
		RestClient.Builder callsByRestClient() {
			return RestClient.builder();
		}

		@Bean
		@LoadBalanced
		RestTemplate callsByRestTemplate() {
			return new RestTemplate();
		}

		@Bean
		@LoadBalanced
		WebClient.Builder callsByWebClient() {
			return WebClient.builder();
		}

	}

}
