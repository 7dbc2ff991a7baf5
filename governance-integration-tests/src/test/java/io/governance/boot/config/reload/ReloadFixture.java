package io.governance.boot.config.reload;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.governance.boot.TestFleet;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An application whose document is saved, and what it makes of that. */
abstract class ReloadFixture {

	private TestFleet fleet;

	private ConfigurableApplicationContext context;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
	}

	@AfterEach
	void stopApplication() {
		if (this.context != null) {
			this.context.close();
		}
	}

	/** Starts it; the one that ran before is stopped. */
	final void start(WebApplicationType type, Class<?> application, String... properties) {
		stopApplication();
		List<String> all = new ArrayList<>(
				List.of("spring.autoconfigure.exclude=", "test.auto-configurations=data,jdbc,tomcat,transaction"));
		all.addAll(List.of(properties));
		this.context = this.fleet.start(type, application, all.toArray(String[]::new));
	}

	final void start(String... properties) {
		start(WebApplicationType.NONE, Application.class, properties);
	}

	final void save(String text) {
		this.fleet.save("orders.yaml", text);
	}

	final ConfigurableApplicationContext context() {
		return this.context;
	}

	final Watcher watcher() {
		return this.context.getBean(Watcher.class);
	}

	/** Waits until so many changes since the start are in force as a whole. */
	final void awaitApplied(int changes) {
		eventually(() -> assertThat(watcher().applied()).hasSize(changes));
	}

	static void eventually(ThrowingRunnable assertion) {
		await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20)).untilAsserted(assertion);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Watcher watcher() {
			return new Watcher();
		}

	}

}
