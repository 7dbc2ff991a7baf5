package io.governance.boot.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.ConnectionState;
import io.governance.boot.TestFleet;
import io.governance.boot.actuate.GovernanceConfigHealthIndicator;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigStatus;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class LiveConfigTests {

	private TestFleet fleet;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("orders.yaml", """
				database:
				  url: jdbc:h2:mem:a
				  max-pool-size: 5
				limits:
				  gold: {perSecond: 100}
				pricing:
				  factor: 1.5
				""");
	}

	@Test
	void showsTheNewValueOfARecordAfterTheDocumentIsSaved() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Orders orders = context.getBean(Orders.class);
			assertThat(orders.database.get()).isEqualTo(new Database("jdbc:h2:mem:a", 5));
			this.fleet.save("orders.yaml", "database: {url: 'jdbc:h2:mem:b', maxPoolSize: 7}");
			eventually(() -> assertThat(orders.database.get()).isEqualTo(new Database("jdbc:h2:mem:b", 7)));
			assertThat(orders.limits.get()).isEmpty();
			assertThat(context.getEnvironment().getProperty("database.url")).isEqualTo("jdbc:h2:mem:b");
			assertThat(context.getEnvironment().getProperty("database.max-pool-size")).isEqualTo("7");
		}
	}

	@Test
	void replacesEachPlaceholderOfARandomValueByItsOwn() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Orders orders = context.getBean(Orders.class);
			this.fleet.save("orders.yaml", "database: {url: '${random.uuid} ${random.uuid}', maxPoolSize: 7}");
			eventually(() -> assertThat(orders.database.get().maxPoolSize()).isEqualTo(7));
			assertThat(orders.database.get().url().split(" ")).hasSize(2).doesNotHaveDuplicates();
		}
	}

	@Test
	void keepsTheSameObjectWhileItsKeysDoNotChange() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Orders orders = context.getBean(Orders.class);
			Database before = orders.database.get();
			this.fleet.save("application.yaml", "limits: {silver: {perSecond: 10}}");
			eventually(() -> assertThat(orders.limits.get()).containsOnlyKeys("gold", "silver"));
			assertThat(orders.database.get()).isSameAs(before);
		}
	}

	@Test
	void bindsMapsWithThePrefixOfTheInjectionPoint() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			assertThat(context.getBean(Orders.class).limits.get()).isEqualTo(Map.of("gold", new Limit(100)));
		}
	}

	@Test
	void refusesAValueThatViolatesAConstraintAndSaysWhere() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Orders orders = context.getBean(Orders.class);
			this.fleet.save("orders.yaml", """
					database:
					  url: jdbc:h2:mem:secret
					  max-pool-size: 0
					limits:
					  new: {perSecond: 1}
					""");
			eventually(() -> assertThat(orders.rejected).hasSize(1));
			assertThat(orders.rejected.get(0).rejection().describe()).isEqualTo(
					"default/default/orders.yaml:3:18: 'database.max-pool-size' must be greater than or equal to 1");
			assertThat(orders.database.get()).isEqualTo(new Database("jdbc:h2:mem:a", 5));
			assertThat(orders.limits.get()).containsOnlyKeys("gold");
			assertThat(context.getEnvironment().getProperty("database.url")).isEqualTo("jdbc:h2:mem:a");
			GovernanceConfigHealthIndicator health = context.getBean(GovernanceConfigHealthIndicator.class);
			assertThat(health.health().getStatus()).isEqualTo(GovernanceConfigHealthIndicator.DEGRADED);
			assertThat(health.health().getDetails().get("reason").toString()).contains("orders.yaml:3:18");
			this.fleet.save("orders.yaml", "database: {url: 'jdbc:h2:mem:b', max-pool-size: 1}");
			eventually(() -> assertThat(orders.database.get().url()).isEqualTo("jdbc:h2:mem:b"));
			eventually(() -> assertThat(health.health().getStatus()).isEqualTo(Status.UP));
		}
	}

	@Test
	void refusesAValueOfTheWrongTypeWithoutShowingIt() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Orders orders = context.getBean(Orders.class);
			this.fleet.save("orders.yaml", "database:\n  url: jdbc:h2:mem:a\n  max-pool-size: topsecret\n");
			eventually(() -> assertThat(orders.rejected).hasSize(1));
			assertThat(orders.rejected.get(0).rejection().describe())
				.isEqualTo("default/default/orders.yaml:3:18: 'database.max-pool-size' cannot be converted to int");
			assertThat(orders.database.get().maxPoolSize()).isEqualTo(5);
		}
	}

	@Test
	void refusesAChangeThatTakesARequiredValueAway() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Orders orders = context.getBean(Orders.class);
			this.fleet.save("orders.yaml", "database:\n  max-pool-size: 3\n");
			eventually(() -> assertThat(orders.rejected).hasSize(1));
			assertThat(orders.rejected.get(0).rejection().describe())
				.isEqualTo("default/default/orders.yaml: 'database.url' must not be blank (it is missing)");
			assertThat(orders.database.get().url()).isEqualTo("jdbc:h2:mem:a");
		}
	}

	@Test
	void refusesYamlThatDoesNotParseAndSaysWhere() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Orders orders = context.getBean(Orders.class);
			this.fleet.save("orders.yaml", "database:\n  url: \"unclosed\n");
			eventually(() -> assertThat(orders.rejected).hasSize(1));
			assertThat(orders.rejected.get(0).rejection().describe()).startsWith("default/default/orders.yaml:3:1: ");
			assertThat(orders.database.get().url()).isEqualTo("jdbc:h2:mem:a");
		}
	}

	@Test
	void tellsObserversWhatIsAndWhatWas() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Orders orders = context.getBean(Orders.class);
			this.fleet.save("orders.yaml", "database: {url: 'jdbc:h2:mem:a', max-pool-size: 6}");
			eventually(() -> assertThat(orders.told).hasSize(1));
			assertThat(orders.told.get(0)).isEqualTo(
					"Database[url=jdbc:h2:mem:a, maxPoolSize=5] -> " + "Database[url=jdbc:h2:mem:a, maxPoolSize=6]");
		}
	}

	@Test
	void tellsWhoTakesAValueOfATypeWithAPrefixWhenThatValueChanges() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Orders orders = context.getBean(Orders.class);
			this.fleet.save("application.yaml", "unrelated: 1");
			eventually(() -> assertThat(context.getEnvironment().getProperty("unrelated")).isEqualTo("1"));
			this.fleet.save("orders.yaml", "database: {url: 'jdbc:h2:mem:a', max-pool-size: 6}");
			eventually(() -> assertThat(orders.typed).contains(6));
			assertThat(orders.typed).containsExactly(6);
		}
	}

	@Test
	void rollsBackWhenAnObserverThrows() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Orders orders = context.getBean(Orders.class);
			Pricing pricing = context.getBean(Pricing.class);
			Database before = orders.database.get();
			this.fleet.save("orders.yaml", """
					database: {url: 'jdbc:h2:mem:a', max-pool-size: 13}
					pricing: {factor: 9.9}
					""");
			eventually(() -> assertThat(orders.rejected).hasSize(1));
			assertThat(orders.database.get()).isSameAs(before);
			assertThat(pricing.getFactor()).isEqualTo(1.5);
			assertThat(context.getEnvironment().getProperty("pricing.factor")).isEqualTo("1.5");
			assertThat(orders.rejected.get(0).rejection().reason()).contains("Orders.resize")
				.contains("IllegalStateException");
		}
	}

	@Test
	void rebindsPropertiesWithSettersAndKeepsWhatCodeHasSet() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Pricing pricing = context.getBean(Pricing.class);
			assertThat(pricing.getFactor()).isEqualTo(1.5);
			pricing.setCurrency("CNY");
			this.fleet.save("orders.yaml",
					"database: {url: u, max-pool-size: 5}\npricing: {factor: 2.5, tax: {rate: 7}, cities: [a, b]}");
			eventually(() -> {
				assertThat(pricing.getFactor()).isEqualTo(2.5);
				assertThat(pricing.getTax().getRate()).isEqualTo(7);
				assertThat(pricing.getCities()).containsExactly("a", "b");
			});
			assertThat(pricing.getCurrency()).isEqualTo("CNY");
			this.fleet.save("orders.yaml", "database: {url: u, max-pool-size: 5}");
			eventually(() -> {
				assertThat(pricing.getFactor()).isEqualTo(1.0);
				assertThat(pricing.getTax().getRate()).isEqualTo(19);
				assertThat(pricing.getCities()).isEmpty();
			});
			assertThat(pricing.getCurrency()).isEqualTo("CNY");
		}
	}

	@Test
	void servesTheLastGoodConfigWhileTheDocumentIsDeletedAndItIsRequired() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Orders orders = context.getBean(Orders.class);
			this.fleet.delete("orders.yaml");
			eventually(() -> assertThat(orders.rejected).hasSize(1));
			assertThat(orders.database.get().url()).isEqualTo("jdbc:h2:mem:a");
		}
	}

	@Test
	void startsFromTheLastGoodConfigWhileABrokenDocumentIsStored() {
		this.fleet.start(Application.class).close();
		for (String broken : List.of("database: [", "database: {url: u, max-pool-size: none}",
				"database: {max-pool-size: 3}", "pricing: {factor: much}\ndatabase: {url: u, max-pool-size: 3}")) {
			this.fleet.save("orders.yaml", broken);
			try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
				Orders orders = context.getBean(Orders.class);
				assertThat(orders.database.get()).isEqualTo(new Database("jdbc:h2:mem:a", 5));
				assertThat(context.getBean(Pricing.class).getFactor()).isEqualTo(1.5);
				ConfigStatus status = context.getBean(ConfigManager.class).status();
				assertThat(status.source()).isEqualTo(ConfigStatus.Source.CACHE);
				assertThat(status.rejection()).isNotNull();
				assertThat(context.getBean(GovernanceConfigHealthIndicator.class).health().getStatus())
					.isEqualTo(GovernanceConfigHealthIndicator.DEGRADED);
				this.fleet.save("orders.yaml", "database: {url: mended, max-pool-size: 5}\npricing: {factor: 1.5}");
				eventually(() -> assertThat(orders.database.get().url()).isEqualTo("mended"));
				this.fleet.save("orders.yaml",
						"database: {url: 'jdbc:h2:mem:a', max-pool-size: 5}\npricing: {factor: 1.5}");
				eventually(() -> assertThat(orders.database.get().url()).isEqualTo("jdbc:h2:mem:a"));
			}
		}
	}

	@Test
	void doesNotStartFromABrokenDocumentWithoutALastGoodOne() {
		this.fleet.save("orders.yaml", "database: {url: u, max-pool-size: 0}");
		assertThatThrownBy(() -> this.fleet.start(Application.class))
			.hasStackTraceContaining("'database.max-pool-size' must be greater than or equal to 1");
	}

	@Test
	void doesNotStartFromABrokenDocumentWhenToldTo() {
		this.fleet.start(Application.class).close();
		this.fleet.save("orders.yaml", "database: [");
		assertThatThrownBy(() -> this.fleet.start(Application.class, "governance.config.on-invalid=fail"))
			.hasStackTraceContaining("orders.yaml:");
	}

	@Test
	void tellsThatTheConnectionIsFineWhenItIs() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			assertThat(context.getBean(ConfigManager.class).status().connection()).isEqualTo(ConnectionState.CONNECTED);
		}
	}

	@Test
	void namesTheMissingPrefixOfAType() {
		assertThatThrownBy(() -> this.fleet.start(WithoutPrefix.class))
			.hasStackTraceContaining("LiveConfig<Limit> has no prefix");
	}

	@Test
	void showsTheEnvironmentWhenRemoteConfigIsSwitchedOff() {
		for (String off : List.of("governance.enabled=false", "governance.config.enabled=false")) {
			try (ConfigurableApplicationContext context = this.fleet.start(Application.class, off, "database.url=local",
					"database.max-pool-size=2")) {
				assertThat(context.getBean(Orders.class).database.get()).isEqualTo(new Database("local", 2));
				assertThat(context.getBeansOfType(ConfigLifecycle.class)).isEmpty();
			}
		}
	}

	private static void eventually(org.awaitility.core.ThrowingRunnable assertion) {
		await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(5)).untilAsserted(assertion);
	}

	@ConfigurationProperties("database")
	record Database(@NotBlank String url, @Min(1) int maxPoolSize) {
	}

	record Limit(int perSecond) {
	}

	@ConfigurationProperties("pricing")
	public static class Pricing {

		private double factor = 1.0;

		private String currency = "EUR";

		private List<String> cities = new ArrayList<>();

		private final Tax tax = new Tax();

		public double getFactor() {
			return this.factor;
		}

		public void setFactor(double factor) {
			this.factor = factor;
		}

		public String getCurrency() {
			return this.currency;
		}

		public void setCurrency(String currency) {
			this.currency = currency;
		}

		public List<String> getCities() {
			return this.cities;
		}

		public void setCities(List<String> cities) {
			this.cities = cities;
		}

		public Tax getTax() {
			return this.tax;
		}

	}

	public static class Tax {

		private int rate = 19;

		public int getRate() {
			return this.rate;
		}

		public void setRate(int rate) {
			this.rate = rate;
		}

	}

	static class Orders {

		private final LiveConfig<Database> database;

		private final LiveConfig<Map<String, Limit>> limits;

		private final List<String> told = new CopyOnWriteArrayList<>();

		private final List<Integer> typed = new CopyOnWriteArrayList<>();

		private final List<ConfigRejected> rejected = new CopyOnWriteArrayList<>();

		@Autowired
		Orders(LiveConfig<Database> database, @ConfigPrefix("limits") LiveConfig<Map<String, Limit>> limits) {
			this.database = database;
			this.limits = limits;
		}

		@OnConfigChange("database")
		void resize(Database now, Database before) {
			if (now.maxPoolSize() == 13) {
				throw new IllegalStateException("unlucky");
			}
			this.told.add(before + " -> " + now);
		}

		@OnConfigChange
		void typed(Database now) {
			this.typed.add(now.maxPoolSize());
		}

		@OnConfigChange(order = -1)
		void any(ConfigChange change) {
			assertThat(change.keys()).isNotEmpty();
		}

		@EventListener
		void rejected(ConfigRejected event) {
			this.rejected.add(event);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties(Pricing.class)
	static class Application {

		@Bean
		Orders orders(LiveConfig<Database> database, @ConfigPrefix("limits") LiveConfig<Map<String, Limit>> limits) {
			return new Orders(database, limits);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class WithoutPrefix {

		@Bean
		String broken(ObjectProvider<LiveConfig<Limit>> limit) {
			return limit.getObject().get().toString();
		}

	}

}
