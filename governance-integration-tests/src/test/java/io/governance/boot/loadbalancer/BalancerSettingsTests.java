package io.governance.boot.loadbalancer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.governance.boot.TestFleet;
import io.governance.config.ConfigManager;
import io.governance.loadbalancer.LoadBalancerSettings;
import io.governance.loadbalancer.OutlierSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class BalancerSettingsTests {

	@Test
	void propertiesHaveTheDefaultsOfTheCore() {
		assertThat(settings(Map.of()).settingsOf("orders")).isEqualTo(LoadBalancerSettings.DEFAULTS);
	}

	@Test
	void serviceHasItsOwnAndTheRestOfAll() {
		BalancerSettings settings = settings(Map.of("panic-percent", "40", "outlier.consecutive-failures", "7",
				"settings.a", "1", "settings.b", "2", "health-check.interval", "7s", "services.orders.slow-start", "5s",
				"services.orders.outlier.base-time", "10s", "services.orders.zone.enabled", "false",
				"services.orders.health-check.probe", "tcp", "services.orders.settings.b", "3"));
		LoadBalancerSettings orders = settings.settingsOf("orders");
		assertThat(orders.panicPercent()).isEqualTo(40);
		assertThat(orders.slowStart()).isEqualTo(Duration.ofSeconds(5));
		assertThat(orders.zone().enabled()).isFalse();
		assertThat(orders.outliers()).extracting(OutlierSettings::consecutiveFailures, OutlierSettings::baseTime)
			.containsExactly(7, Duration.ofSeconds(10));
		assertThat(settings.algorithmSettingsOf("orders")).isEqualTo(Map.of("a", "1", "b", "3"));
		assertThat(settings.checksOf("orders").probe()).isEqualTo("tcp");
		assertThat(settings.checksOf("orders").settings().interval()).isEqualTo(Duration.ofSeconds(7));
		LoadBalancerSettings others = settings.settingsOf("carts");
		assertThat(others.slowStart()).isEqualTo(Duration.ofSeconds(30));
		assertThat(others.outliers().baseTime()).isEqualTo(Duration.ofSeconds(30));
		assertThat(settings.algorithmSettingsOf("carts")).isEqualTo(Map.of("a", "1", "b", "2"));
		assertThat(settings.checksOf("carts").probe()).isEqualTo("none");
	}

	@Test
	void followTheConfigWhileTheApplicationRuns(@TempDir Path directory) {
		TestFleet fleet = new TestFleet(directory);
		fleet.save("orders.yaml", "governance.loadbalancer.panic-percent: 20");
		try (ConfigurableApplicationContext context = fleet.start(Application.class)) {
			ServiceBalancers balancers = context.getBean(ServiceBalancers.class);
			balancers.isKnown("carts");
			assertThat(balancers.balancers().get("carts").settings().panicPercent()).isEqualTo(20);
			fleet.save("orders.yaml", "governance.loadbalancer: {panic-percent: 30, subset-size: -1}");
			fleet.save("orders.yaml", "governance.loadbalancer: {panic-percent: 40, services.carts.subset-size: 9}");
			await().untilAsserted(() -> assertThat(balancers.balancers().get("carts").settings())
				.isEqualTo(LoadBalancerSettings.DEFAULTS.withPanicPercent(40).withSubsetSize(9)));
			fleet.save("orders.yaml", "governance.loadbalancer: {panic-percent: 30, subset-size: -1}");
			fleet.save("application.yaml", "other: 1");
			await().during(Duration.ofMillis(500))
				.untilAsserted(
						() -> assertThat(balancers.balancers().get("carts").settings().panicPercent()).isEqualTo(40));
			balancers.isKnown("users");
			assertThat(balancers.balancers().get("users").settings().panicPercent()).isEqualTo(40);
		}
	}

	@Test
	void thatCameBeforeTheFirstCallAreInForceForIt(@TempDir Path directory) {
		TestFleet fleet = new TestFleet(directory);
		try (ConfigurableApplicationContext context = startWithoutReactor(fleet)) {
			assertThat(context.getBeanFactory().containsSingleton("governanceConfiguredBalancers")).isFalse();
			fleet.save("orders.yaml", "{governance.loadbalancer.panic-percent: 101, greeting: hello}");
			fleet.save("application.yaml", "greeting: hello");
			await().until(() -> context.getBean(ConfigManager.class).status().rejection() != null);
			assertThat(context.getBeanFactory().containsSingleton("governanceConfiguredBalancers")).isFalse();
			fleet.save("orders.yaml", "{governance.loadbalancer.panic-percent: 7, greeting: hello}");
			await().until(() -> "hello".equals(context.getEnvironment().getProperty("greeting")));
			ServiceBalancers balancers = context.getBean(ServiceBalancers.class);
			balancers.isKnown("carts");
			assertThat(balancers.balancers().get("carts").settings().panicPercent()).isEqualTo(7);
		}
	}

	@Test
	void ofDiscoveryAreThoseOfTheStart(@TempDir Path directory) {
		TestFleet fleet = new TestFleet(directory);
		try (ConfigurableApplicationContext context = startWithoutReactor(fleet)) {
			fleet.save("orders.yaml", "{governance.discovery.timeout: 77s, greeting: hello}");
			await().until(() -> "hello".equals(context.getEnvironment().getProperty("greeting")));
			assertThat(context.getBean(DiscoveryClient.class).getServices()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "call.retry.max-tries: many", "call.retry.max-tries: 0", "discovery.timeout: soon",
			"discovery.timeout: -1s", "discovery.static.stock: [nowhere]", "gray.trusted-peers: [10.0.0.0/33]",
			"gray.baggage-key: a b", "gray.exposure.sample: 2", "registry.removal-timeout: 0s" })
	void thatTheNextStartWouldNotTakeAreRefused(String setting, @TempDir Path directory) {
		TestFleet fleet = new TestFleet(directory);
		try (ConfigurableApplicationContext context = startWithoutReactor(fleet)) {
			fleet.save("orders.yaml", "{governance: {" + setting + "}, greeting: hello}");
			await().until(() -> context.getBean(ConfigManager.class).status().rejection() != null);
			assertThat(context.getEnvironment().getProperty("greeting")).isNull();
			fleet.save("orders.yaml", "greeting: hello");
			await().until(() -> "hello".equals(context.getEnvironment().getProperty("greeting")));
		}
	}

	/** With Reactor or metrics of calls, balancers are there from the start. */
	private static ConfigurableApplicationContext startWithoutReactor(TestFleet fleet) {
		Thread thread = Thread.currentThread();
		ClassLoader all = thread.getContextClassLoader();
		thread.setContextClassLoader(new FilteredClassLoader("reactor", "io.micrometer.core"));
		try {
			return fleet.start(Application.class, "spring.cloud.loadbalancer.enabled=false");
		}
		finally {
			thread.setContextClassLoader(all);
		}
	}

	private static BalancerSettings settings(Map<String, String> properties) {
		return new BalancerSettings(new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("",
				GovernanceLoadBalancerProperties.class));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
