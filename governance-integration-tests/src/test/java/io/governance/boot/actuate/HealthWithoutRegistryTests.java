package io.governance.boot.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import io.governance.BackendUnavailableException;
import io.governance.boot.TestFleet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.actuate.endpoint.CompositeHealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class HealthWithoutRegistryTests {

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("F2 an application that was registered is not DOWN while the registry is away")
	void isNotDown(WebApplicationType type, @TempDir Path directory) throws IOException {
		Path real = Files.createDirectory(directory.resolve("real"));
		Path fleet = Files.createSymbolicLink(directory.resolve("fleet"), real);
		try (ConfigurableApplicationContext context = new TestFleet(fleet).start(type, Application.class,
				"governance.config.cache.enabled=false")) {
			HealthEndpoint health = context.getBean(HealthEndpoint.class);
			await().until(() -> ofSpringCloud(health).equals(Status.UP));
			// In one step, as the directory is made again where there is none.
			Files.move(Files.createFile(directory.resolve("file")), fleet, StandardCopyOption.ATOMIC_MOVE);
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> context.getBean(DiscoveryClient.class).getServices());
			assertThat(ofSpringCloud(health)).isEqualTo(Status.UP);
			assertThat(health.health().getStatus()).isIn(Status.UP, GovernanceConfigHealthIndicator.DEGRADED);
			Files.move(Files.createSymbolicLink(directory.resolve("link"), real), fleet,
					StandardCopyOption.ATOMIC_MOVE);
		}
	}

	/** That of its own, besides ours. */
	private static Status ofSpringCloud(HealthEndpoint health) {
		HealthDescriptor discovery = ((CompositeHealthDescriptor) health.health()).getComponents()
			.get("discoveryComposite");
		return ((CompositeHealthDescriptor) discovery).getComponents().get("discoveryClient").getStatus();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
