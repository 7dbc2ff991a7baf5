package io.governance.boot.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariDataSource;
import io.governance.boot.TestFleet;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigStatus;
import io.governance.config.ConfigValidator;
import io.governance.config.InvalidConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Instances that restart, one after the other, while something bad is stored. */
@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
class RollingRestartTests {

	private static final int INSTANCES = 3;

	private static final String GOOD = "{order: {currency: EUR, limit: 1}, spring.datasource.hikari.maximum-pool-size: 3}";

	private TestFleet fleet;

	private Path directory;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.directory = directory;
		this.fleet = new TestFleet(directory.resolve("fleet"));
	}

	@Test
	@DisplayName("F24 a rolling restart while a bad document is stored brings every instance up on the last good one")
	void bringsEveryInstanceUpOnTheLastGoodConfig(CapturedOutput output) throws IOException {
		Map<String, String> kinds = Map.of("parse", "order: {", "binding", "{order: {currency: EUR, limit: many}}",
				"validator", "{order: {currency: EUR, limit: 13}}", "wrapped reason",
				"{order: {currency: EUR, limit: 14}}", "observer", "{order: {currency: XXL, limit: 1}}", "pool",
				"{order: {currency: EUR, limit: 1}, spring.datasource.hikari.maximum-pool-size: 0}",
				"bound by constructor", "{order: {currency: EUR, limit: 1}, stock: {size: many}}");
		this.fleet.save("orders.yaml", GOOD);
		List<ConfigurableApplicationContext> running = new ArrayList<>();
		try {
			for (int i = 0; i < INSTANCES; i++) {
				running.add(start(i));
			}
			for (Map.Entry<String, String> kind : kinds.entrySet()) {
				this.fleet.save("orders.yaml", GOOD);
				for (ConfigurableApplicationContext instance : running) {
					await().untilAsserted(() -> assertGood(instance));
				}
				restartOneByOne(running, kind.getKey(), kind.getValue(), output);
			}
		}
		finally {
			running.forEach(ConfigurableApplicationContext::close);
		}
	}

	private void restartOneByOne(List<ConfigurableApplicationContext> running, String kind, String bad,
			CapturedOutput output) throws IOException {
		Map<Integer, byte[]> snapshots = new HashMap<>();
		for (int i = 0; i < INSTANCES; i++) {
			Path snapshot = snapshot(i);
			await().until(() -> Files.readString(snapshot, StandardCharsets.ISO_8859_1).contains("EUR"));
			snapshots.put(i, Files.readAllBytes(snapshot));
		}
		this.fleet.save("orders.yaml", bad);
		for (ConfigurableApplicationContext instance : running) {
			awaitRejection(instance);
		}
		for (int i = 0; i < INSTANCES; i++) {
			running.get(i).close();
			int before = output.toString().length();
			running.set(i, start(i));

			assertGood(running.get(i));
			assertThat(manager(running.get(i)).status().source()).as(kind).isEqualTo(ConfigStatus.Source.CACHE);
			assertThat(running.get(i).getBean(Orders.class).rejections()).as(kind).isEqualTo(1);
			assertThat(snapshot(i)).as(kind).hasBinaryContent(snapshots.get(i));
			assertThat(output.toString().substring(before).lines()).as(kind)
				.filteredOn((line) -> line.contains("Starting with the last good config"))
				.hasSize(1);
		}
		this.fleet.save("orders.yaml", "{order: {currency: USD, limit: 2}}");
		for (ConfigurableApplicationContext instance : running) {
			await().untilAsserted(() -> {
				assertThat(instance.getBean(Orders.class).currency()).isEqualTo("USD");
				assertThat(manager(instance).status().rejection()).as(kind).isNull();
			});
		}
	}

	@Test
	void startsWithTheFixThatWasPublishedMeanwhile() {
		this.fleet.save("orders.yaml", GOOD);
		try (ConfigurableApplicationContext context = start(0)) {
			this.fleet.save("orders.yaml", "{order: {currency: XXL, limit: 1}}");
			awaitRejection(context);
		}
		this.fleet.save("orders.yaml", "{order: {currency: USD, limit: 1}}");
		try (ConfigurableApplicationContext context = start(0)) {
			assertThat(context.getBean(Orders.class).currency()).isEqualTo("USD");
			assertThat(manager(context).status().source()).isEqualTo(ConfigStatus.Source.BACKEND);
		}
	}

	@Test
	void triesWhatWasRefusedIfToldTo(CapturedOutput output) {
		this.fleet.save("orders.yaml", GOOD);
		try (ConfigurableApplicationContext context = start(0)) {
			this.fleet.save("orders.yaml", "{order: {currency: EUR, limit: 13}}");
			awaitRejection(context);
		}
		assertThatThrownBy(() -> start(0, "governance.config.on-invalid=fail"));
		assertThat(output).contains("APPLICATION FAILED TO START").contains("'order.limit' must not be 13");
		try (ConfigurableApplicationContext context = start(0, "governance.config.on-invalid=fail", "tolerant=true")) {
			assertThat(context.getBean(Orders.class).limits().get("limit")).isEqualTo("13");
		}
	}

	@Test
	void asksValidatorsAboutWhatWasPublishedWhileNoInstanceRan(CapturedOutput output) throws IOException {
		this.fleet.save("orders.yaml", GOOD);
		start(0).close();
		byte[] snapshot = Files.readAllBytes(snapshot(0));
		this.fleet.save("orders.yaml", "{order: {currency: USD, limit: 13}}");

		for (int restart = 0; restart < 2; restart++) {
			try (ConfigurableApplicationContext context = start(0)) {
				assertGood(context);
				assertThat(context.getBean(Orders.class).rejections()).isEqualTo(1);
				assertThat(manager(context).status().rejection()).isNotNull()
					.satisfies(
							(rejection) -> assertThat(rejection.describe()).contains("'order.limit' must not be 13"));
			}
			assertThat(snapshot(0)).hasBinaryContent(snapshot);
		}
		assertThat(output.toString().lines().filter((line) -> line.contains("Starting with the last good config")))
			.hasSize(2);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "order: {", "{order: {currency: XXL, limit: 1}}" })
	void usesTheLastGoodConfigWhenOtherDocumentsAreReadThanBefore(String bad) {
		this.fleet.save("extra.yaml", "extra: 1");
		this.fleet.save("orders.yaml", GOOD);
		String extra = "governance.config.documents[0].name=extra.yaml";
		try (ConfigurableApplicationContext context = start(0, extra)) {
			this.fleet.save("orders.yaml", bad);
			awaitRejection(context);
		}
		this.fleet.save("added.yaml", "added: 1");
		try (ConfigurableApplicationContext context = start(0, extra, "governance.config.documents[1].name=added.yaml",
				"governance.config.documents[1].optional=true")) {
			assertGood(context);
			assertThat(context.getEnvironment().getProperty("extra")).isEqualTo("1");
		}
		try (ConfigurableApplicationContext context = start(0)) {
			assertGood(context);
			assertThat(context.getEnvironment().getProperty("extra")).isNull();
		}
	}

	private static void awaitRejection(ConfigurableApplicationContext context) {
		await().until(() -> manager(context).status().rejection() != null);
		// Answered only when all is kept that the next start needs to know.
		manager(context).lastGood();
	}

	private ConfigurableApplicationContext start(int instance, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("governance.config.cache.directory=" + cache(instance));
		all.add("spring.datasource.url=jdbc:h2:mem:rolling" + instance);
		all.add("spring.autoconfigure.exclude=");
		all.add("test.auto-configurations=jdbc");
		return this.fleet.start(Application.class, all.toArray(String[]::new));
	}

	private Path cache(int instance) {
		return this.directory.resolve("cache-" + instance);
	}

	private Path snapshot(int instance) throws IOException {
		try (Stream<Path> files = Files.list(cache(instance))) {
			return files
				.filter((file) -> file.getFileName().toString().startsWith("config_")
						&& file.toString().endsWith(".snapshot"))
				.findFirst()
				.orElseThrow();
		}
	}

	private static ConfigManager manager(ConfigurableApplicationContext context) {
		return context.getBean(ConfigManager.class);
	}

	private static void assertGood(ConfigurableApplicationContext context) {
		Orders orders = context.getBean(Orders.class);
		assertThat(orders.currency()).isEqualTo("EUR");
		assertThat(orders.settings().get().limit()).isEqualTo(1);
		assertThat(context.getBean("dataSource", HikariDataSource.class).getMaximumPoolSize()).isEqualTo(3);
	}

	@ConfigurationProperties("order")
	record OrderSettings(String currency, int limit) {

	}

	@ConfigurationProperties("stock")
	record Stock(@DefaultValue("7") int size) {

	}

	/** Refuses in its constructor what it refuses when it is told of a change. */
	static class Orders {

		private final LiveConfig<OrderSettings> settings;

		private final Environment environment;

		private volatile Currency currency;

		private volatile int rejections;

		Orders(LiveConfig<OrderSettings> settings, Environment environment) {
			this.settings = settings;
			this.environment = environment;
			this.currency = Currency.getInstance(settings.get().currency());
		}

		@OnConfigChange("order")
		void take(OrderSettings now) {
			this.currency = Currency.getInstance(now.currency());
		}

		@EventListener
		void count(ConfigRejected event) {
			this.rejections++;
		}

		LiveConfig<OrderSettings> settings() {
			return this.settings;
		}

		String currency() {
			return this.currency.getCurrencyCode();
		}

		int rejections() {
			return this.rejections;
		}

		Map<String, String> limits() {
			return Binder.get(this.environment).bind("order", Bindable.mapOf(String.class, String.class)).get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties(Stock.class)
	static class Application {

		@Bean
		Orders orders(LiveConfig<OrderSettings> settings, Environment environment, Stock stock) {
			assertThat(stock.size()).isEqualTo(7);
			return new Orders(settings, environment);
		}

		@Bean
		ConfigValidator limits(Environment environment) {
			return (change) -> {
				String limit = environment.getProperty("order.limit");
				if ("13".equals(limit) && !environment.getProperty("tolerant", Boolean.class, false)) {
					throw new InvalidConfigException(change.after().originOf("order.limit"), "order.limit",
							"must not be 13", null);
				}
				if ("14".equals(limit)) {
					throw new IllegalStateException("14",
							new InvalidConfigException(null, "order.limit", "must not be 14", null));
				}
			};
		}

	}

}
