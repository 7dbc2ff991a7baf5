package io.governance.boot.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.governance.boot.TestFleet;
import io.governance.boot.config.LiveConfig;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Metrics and health of the config, through good and bad times. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class ConfigObservabilityTests {

	private static final String DOWN = "spring.config.import=optional:governance:";

	private TestFleet fleet;

	private Path nowhere;

	@BeforeEach
	void createFleet(@TempDir Path directory) throws IOException {
		this.fleet = new TestFleet(directory.resolve("fleet"));
		this.nowhere = Files.createFile(directory.resolve("file")).resolve("below");
	}

	@Test
	void countsChangesByTheirResultAndMeasuresThem() {
		save("1");
		try (ConfigurableApplicationContext context = start()) {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			ConfigManager manager = context.getBean(ConfigManager.class);
			assertThat(changes(registry, "applied")).isZero();
			assertThat(changes(registry, "rejected")).isZero();
			assertThat(registry.get("governance.config.connected").gauge().value()).isEqualTo(1);

			save("2");
			await().until(() -> registry.get("governance.config.apply.duration").timer().count() == 1);
			assertThat(changes(registry, "applied")).isEqualTo(1);
			assertThat(registry.get("governance.config.apply.duration").timer().max(TimeUnit.NANOSECONDS)).isPositive();
			save("many");
			await().until(() -> changes(registry, "rejected") == 1);
			assertThat(manager.status().rejection()).isNotNull();
			assertThat(changes(registry, "applied")).isEqualTo(1);
		}
	}

	@Test
	void whatIsStoredCountsAsRejectedForAsLongAsItIsAndFromTheStartOn() {
		save("1");
		start().close();
		save("many");
		try (ConfigurableApplicationContext context = start()) {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(context.getBean(ConfigManager.class).status().source()).isEqualTo(ConfigStatus.Source.CACHE);
			assertThat(rejected(registry)).isEqualTo(1);
			save("2");
			await().until(() -> rejected(registry) == 0);
			save("many");
			await().until(() -> rejected(registry) == 1);
		}
	}

	private static double rejected(MeterRegistry registry) {
		return registry.get("governance.config.rejected").gauge().value();
	}

	@Test
	@DisplayName("F20 an observer that does not return is named in health, and measured")
	void tellsWhoHoldsAChangeUp() {
		save("1");
		CountDownLatch end = new CountDownLatch(1);
		try (ConfigurableApplicationContext context = start()) {
			ConfigManager manager = context.getBean(ConfigManager.class);
			manager.observe(new ConfigObserver() {

				@Override
				public String name() {
					return "slow";
				}

				@Override
				public Set<String> prefixes() {
					return Set.of();
				}

				@Override
				public void onChange(ConfigChange change) throws InterruptedException {
					end.await();
				}

			});
			assertThat(pendingSeconds(manager, Duration.ofMinutes(1))).isZero();
			save("2");
			await().untilAsserted(() -> assertThat(manager.status().pending()).isNotNull()
				.extracting("step")
				.isEqualTo("observer 'slow'"));
			assertThat(pendingSeconds(manager, Duration.ofMinutes(1))).isGreaterThanOrEqualTo(60);
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			Health later = new GovernanceConfigHealthIndicator(manager, true,
					() -> Instant.now().plus(Duration.ofSeconds(31)))
				.health();
			assertThat(later.getStatus()).isEqualTo(GovernanceConfigHealthIndicator.DEGRADED);
			assertThat(later.getDetails()).containsEntry("pending", "observer 'slow'").containsKey("pendingSince");
			end.countDown();
			await().until(() -> manager.status().pending() == null);
			assertThat(health(context).getDetails()).doesNotContainKey("pending");
		}
		finally {
			end.countDown();
		}
	}

	private static double pendingSeconds(ConfigManager manager, Duration later) {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		new ConfigMetrics(manager, () -> Instant.now().plus(later)).bindTo(registry);
		return registry.get("governance.config.pending").timeGauge().value(TimeUnit.SECONDS);
	}

	@Test
	void tellsTheAgeOfTheConfigInForce() {
		save("1");
		try (ConfigurableApplicationContext context = start()) {
			ConfigManager manager = context.getBean(ConfigManager.class);
			Instant later = manager.status().since().plus(Duration.ofMinutes(5));
			SimpleMeterRegistry registry = new SimpleMeterRegistry();
			new ConfigMetrics(manager, () -> later).bindTo(registry);

			assertThat(registry.get("governance.config.age").timeGauge().value(TimeUnit.SECONDS)).isEqualTo(300);
			assertThat(new GovernanceConfigHealthIndicator(manager, true, () -> later).health().getDetails())
				.containsEntry("age", "PT5M");
		}
	}

	@Test
	@DisplayName("F1 who starts without the server and with nothing kept is DEGRADED, and DOWN if config is required")
	void isDownOnlyIfThereIsNoneAlthoughItIsRequired() {
		try (ConfigurableApplicationContext context = start(DOWN, "governance.local.directory=" + this.nowhere)) {
			ConfigManager manager = context.getBean(ConfigManager.class);
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(GovernanceConfigHealthIndicator.DEGRADED);
			assertThat(health.getDetails()).containsEntry("source", ConfigStatus.Source.NONE).doesNotContainKey("age");
			assertThat(new GovernanceConfigHealthIndicator(manager, true, Instant::now).health().getStatus())
				.isEqualTo(Status.DOWN);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("governance.config.connected").gauge().value()).isZero();
			assertThat(registry.get("governance.config.age").timeGauge().value()).isNaN();
		}
	}

	@Test
	@DisplayName("F1 who starts from the last good config says so in one line, in health and in metrics")
	void tellsThatItStartedFromTheLastGoodConfig(CapturedOutput output) {
		save("1");
		start().close();
		try (ConfigurableApplicationContext context = start(DOWN, "governance.local.directory=" + this.nowhere)) {
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(GovernanceConfigHealthIndicator.DEGRADED);
			assertThat(health.getDetails()).containsEntry("source", ConfigStatus.Source.CACHE)
				.containsKeys("since", "age", "problem");
			assertThat(context.getBean(MeterRegistry.class).get("governance.config.age").timeGauge().value())
				.isNotNegative();
			assertThat(output.toString().lines().filter((line) -> line.contains("last good config"))).hasSize(1);
		}
	}

	@Test
	@DisplayName("F24 who restarts while what is stored cannot be bound says so in one line, in health and in metrics")
	void tellsWhyItStartedFromTheLastGoodConfig(CapturedOutput output) {
		save("1");
		start().close();
		save("many");
		try (ConfigurableApplicationContext context = start()) {
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(GovernanceConfigHealthIndicator.DEGRADED);
			assertThat(health.getDetails()).containsEntry("source", ConfigStatus.Source.CACHE)
				.containsKeys("rejected", "rejectedAt", "age")
				.hasEntrySatisfying("reason", (reason) -> assertThat(reason).asString()
					.startsWith("default/default/orders.yaml:1:13: 'limits.max' "));
			assertThat(changes(context.getBean(MeterRegistry.class), "rejected")).isEqualTo(1);
			assertThat(output.toString().lines().filter((line) -> line.contains("last good config"))).hasSize(1);

			save("3");
			await().until(() -> context.getBean(Shown.class).limits().get().max() == 3);
			await().until(() -> health(context).getStatus().equals(Status.UP));
			assertThat(health(context).getDetails()).containsEntry("source", ConfigStatus.Source.BACKEND)
				.doesNotContainKeys("rejected", "reason");
		}
	}

	@Test
	@DisplayName("F30 who finds the last good config cut off starts without it, and says so")
	void startsWithoutALastGoodConfigThatIsCutOff(CapturedOutput output) throws IOException {
		save("1");
		start().close();
		try (Stream<Path> files = Files.list(this.fleet.directory().resolve("cache"))) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".snapshot")).toList()) {
				byte[] whole = Files.readAllBytes(file);
				Files.write(file, Arrays.copyOf(whole, whole.length / 2));
			}
		}
		try (ConfigurableApplicationContext context = start(DOWN, "governance.local.directory=" + this.nowhere)) {
			assertThat(health(context).getDetails()).containsEntry("source", ConfigStatus.Source.NONE);
			assertThat(context.getBean(Shown.class).limits().get().max()).isZero();
			assertThat(output).contains("Starting without remote config");
		}
		save("many");
		assertThatThrownBy(() -> start());
		assertThat(output).contains("APPLICATION FAILED TO START").contains("limits.max");
	}

	@Test
	void healthCanBeSwitchedOff() {
		try (ConfigurableApplicationContext context = start("management.health.governance.enabled=false")) {
			assertThat(context.containsBean("governanceConfigHealthIndicator")).isFalse();
			assertThat(context.containsBean("governanceGrayHealthIndicator")).isFalse();
		}
	}

	private void save(String max) {
		this.fleet.save("orders.yaml", "limits.max: " + max);
	}

	private ConfigurableApplicationContext start(String... properties) {
		return this.fleet.start(Application.class, properties);
	}

	private static Health health(ConfigurableApplicationContext context) {
		return context.getBean("governanceConfigHealthIndicator", HealthIndicator.class).health();
	}

	private static double changes(MeterRegistry registry, String result) {
		return registry.get("governance.config.changes").tag("result", result).counter().count();
	}

	@ConfigurationProperties("limits")
	record Limits(int max) {

	}

	record Shown(LiveConfig<Limits> limits) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Shown shown(LiveConfig<Limits> limits) {
			return new Shown(limits);
		}

		@Bean
		MeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

	}

}
