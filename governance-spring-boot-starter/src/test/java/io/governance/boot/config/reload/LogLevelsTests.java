package io.governance.boot.config.reload;

import java.nio.file.Path;
import java.time.Duration;

import io.governance.boot.TestFleet;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class LogLevelsTests {

	private TestFleet fleet;

	private ConfigurableApplicationContext context;

	private LoggingSystem system;

	private Watcher watcher;

	@BeforeEach
	void startApplication(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("orders.yaml", "logging.level.com.example.Started: debug");
		this.context = this.fleet.start(Application.class, "logging.level.com.example.Packaged=error");
		this.system = this.context.getBean(LoggingSystem.class);
		this.watcher = this.context.getBean(Watcher.class);
	}

	@AfterEach
	void stopApplication() {
		this.context.close();
	}

	@Test
	void levelsFollowAndGoBackWhereTheirKeyIsRemoved() {
		this.system.setLogLevel("com.example.ByCode", LogLevel.WARN);
		this.fleet.save("orders.yaml",
				"logging.level: {com.example.Foo: trace, com.example.ByCode: debug, root: warn}");
		eventually(() -> assertThat(level("com.example.Foo")).isEqualTo(LogLevel.TRACE));
		assertThat(level("com.example.ByCode")).isEqualTo(LogLevel.DEBUG);
		assertThat(level("ROOT")).isEqualTo(LogLevel.WARN);
		assertThat(level("com.example.Started")).isNull();
		assertThat(level("com.example.Packaged")).isEqualTo(LogLevel.ERROR);
		this.fleet.save("orders.yaml", "other: 1");
		eventually(() -> assertThat(level("com.example.Foo")).isNull());
		assertThat(level("com.example.ByCode")).isEqualTo(LogLevel.WARN);
		assertThat(level("ROOT")).isEqualTo(LogLevel.INFO);
	}

	@Test
	void groupsAreSetAsAWholeAndSingleLoggersWin() {
		this.fleet.save("orders.yaml", """
				logging:
				  group: {shop: [com.example.cart, com.example.till]}
				  level: {shop: debug, com.example.till: error, sql: warn}
				""");
		eventually(() -> assertThat(level("com.example.cart")).isEqualTo(LogLevel.DEBUG));
		assertThat(level("com.example.till")).isEqualTo(LogLevel.ERROR);
		assertThat(level("org.hibernate.SQL")).isEqualTo(LogLevel.WARN);
		this.fleet.save("orders.yaml", """
				logging:
				  group: {shop: [com.example.till]}
				  level: {shop: debug}
				""");
		eventually(() -> assertThat(level("com.example.till")).isEqualTo(LogLevel.DEBUG));
		assertThat(level("com.example.cart")).isNull();
		assertThat(level("org.hibernate.SQL")).isNull();
	}

	@Test
	void unknownLevelIsRefused() {
		this.fleet.save("orders.yaml", "logging.level: {com.example.Foo: trace, com.example.Bar: loud}");
		eventually(() -> assertThat(this.watcher.rejected()).hasSize(1));
		assertThat(this.watcher.rejected().get(0)).contains("orders.yaml:1:", "cannot be converted to LogLevel");
		assertThat(level("com.example.Foo")).isNull();
		assertThat(level("com.example.Started")).isEqualTo(LogLevel.DEBUG);
	}

	@Test
	void levelsAreAsBeforeWhenALaterObserverFails() {
		this.system.setLogLevel("com.example.ByCode", LogLevel.WARN);
		this.fleet.save("orders.yaml", "{fail: 1, logging.level: {com.example.ByCode: debug, com.example.Foo: trace}}");
		eventually(() -> assertThat(this.watcher.rejected()).hasSize(1));
		assertThat(level("com.example.ByCode")).isEqualTo(LogLevel.WARN);
		assertThat(level("com.example.Foo")).isNull();
		assertThat(level("com.example.Started")).isEqualTo(LogLevel.DEBUG);
	}

	private LogLevel level(String logger) {
		var configuration = this.system.getLoggerConfiguration(logger);
		return (configuration != null) ? configuration.getConfiguredLevel() : null;
	}

	private static void eventually(ThrowingRunnable assertion) {
		await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20)).untilAsserted(assertion);
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
