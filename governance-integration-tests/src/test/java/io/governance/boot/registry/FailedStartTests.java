package io.governance.boot.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.governance.boot.TestFleet;
import io.governance.boot.configdata.GovernanceBootstrap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class FailedStartTests {

	@Test
	void anApplicationWhosePortIsTakenSaysSoIsNotRegisteredAndLeavesNoThread(@TempDir Path directory,
			CapturedOutput output) throws IOException {
		Set<Thread> before = threads();
		TestFleet fleet = new TestFleet(directory);
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThatThrownBy(() -> fleet.start(WebApplicationType.SERVLET, Application.class,
					"server.address=127.0.0.1", "server.port=" + taken.getLocalPort()));
			assertThat(output).contains("APPLICATION FAILED TO START")
				.containsPattern("[Pp]ort " + taken.getLocalPort() + " was already in use");
		}
		assertThat(instances(directory)).isEmpty();
		await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
	}

	@Test
	void anApplicationThatFailsBeforeItHasBeansLeavesNoThread(@TempDir Path directory) {
		Set<Thread> before = threads();
		TestFleet fleet = new TestFleet(directory);
		fleet.save("orders.yaml", "a: 1");
		assertThatThrownBy(() -> fleet.start(Broken.class)).hasMessageContaining("on purpose");
		await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
	}

	private static Set<Path> instances(Path directory) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter((file) -> file.toString().endsWith(".json") && file.toString().contains("services"))
				.collect(Collectors.toSet());
		}
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("governance"))
			.collect(Collectors.toSet());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Broken {

		@Bean
		static BeanFactoryPostProcessor broken() {
			return (beanFactory) -> {
				GovernanceBootstrap bootstrap = (GovernanceBootstrap) beanFactory
					.getSingleton(GovernanceBootstrap.BEAN_NAME);
				bootstrap.manager().watch();
				throw new IllegalStateException("on purpose");
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
