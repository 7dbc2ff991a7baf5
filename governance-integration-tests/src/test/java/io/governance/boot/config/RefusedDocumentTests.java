package io.governance.boot.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.governance.boot.TestFleet;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigValidator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What a running application refuses, and what validators see of it. */
@Timeout(60)
class RefusedDocumentTests {

	private TestFleet fleet;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory.resolve("fleet"));
	}

	@DisplayName("(c)1 a running application refuses documents that are meant to harm, fast, and takes the next good one")
	@ParameterizedTest(name = "{0}")
	@MethodSource
	void refusesHostileDocuments(String what, String hostile) {
		this.fleet.save("orders.yaml", "limits: {a: 1}");
		try (ConfigurableApplicationContext context = start()) {
			ConfigManager manager = context.getBean(ConfigManager.class);
			this.fleet.save("orders.yaml", hostile);
			await().until(() -> manager.status().rejection() != null);
			assertThat(manager.status().rejection().describe()).startsWith("default/default/orders.yaml:")
				.hasSizeLessThan(400);
			assertThat(context.getEnvironment().getProperty("limits.a")).isEqualTo("1");

			this.fleet.save("orders.yaml", "limits: {a: 2}");
			await().until(() -> "2".equals(context.getEnvironment().getProperty("limits.a")));
		}
	}

	static Stream<Arguments> refusesHostileDocuments() {
		StringBuilder bomb = new StringBuilder("bomb:\n  - &l0 [x]\n");
		for (int level = 1; level <= 9; level++) {
			bomb.append("  - &l")
				.append(level)
				.append(" [")
				.append(("*l" + (level - 1) + " ,").repeat(9))
				.append("]\n");
		}
		String laughs = IntStream.range(0, 20)
			.mapToObj((i) -> "limits.l" + i + ": ${limits.l" + (i + 1) + "}${limits.l" + (i + 1) + "}\n")
			.collect(Collectors.joining());
		return Stream.of(Arguments.of("billion laughs", bomb.toString()),
				Arguments.of("million laughs of placeholders", laughs + "limits.l20: x"),
				Arguments.of("million laughs that nobody knows", laughs + "limits.l20: ${nobody}"),
				Arguments.of("million laughs that are local", laughs + "limits.l20: ${user.home}"),
				Arguments.of("placeholders without an end", "limits.a: " + "${a:".repeat(100_000)),
				Arguments.of("global tag",
						"limits: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]"),
				Arguments.of("depth of 200", "limits: " + "[".repeat(200) + "]".repeat(200)));
	}

	@Test
	@DisplayName("F29 of two documents that change together, none is applied while one of them is bad")
	void appliesNoneOfTwoDocumentsWhileOneIsBad() {
		this.fleet.save("application.yaml", "limits: {a: 1}");
		this.fleet.save("orders.yaml", "limits: {b: 1}");
		try (ConfigurableApplicationContext context = start()) {
			ConfigManager manager = context.getBean(ConfigManager.class);
			this.fleet.save("orders.yaml", "limits: {");
			await().until(() -> manager.status().rejection() != null);
			this.fleet.save("application.yaml", "limits: {a: 2}");
			await().until(() -> manager.status().rejection().documents().size() == 2);
			assertThat(context.getEnvironment().getProperty("limits.a")).isEqualTo("1");
			assertThat(context.getEnvironment().getProperty("limits.b")).isEqualTo("1");

			this.fleet.save("orders.yaml", "limits: {b: 2}");
			await().until(() -> "2".equals(context.getEnvironment().getProperty("limits.b")));
			assertThat(context.getEnvironment().getProperty("limits.a")).isEqualTo("2");
		}
	}

	@Test
	void showsValidatorsTheKeysOfTheCandidateInTheEnvironment() {
		this.fleet.save("orders.yaml", "limits: {a: 1, b.nested: 1}");
		try (ConfigurableApplicationContext context = start()) {
			Seen seen = context.getBean(Seen.class);
			ConfigManager manager = context.getBean(ConfigManager.class);
			this.fleet.save("orders.yaml", "limits: {a: 1, c.nested: 2}");
			await().until(() -> manager.current().get("limits.c.nested") != null);
			this.fleet.save("orders.yaml", "limits: {a: 1, refused: 2}");
			await().until(() -> manager.status().rejection() != null);

			assertThat(seen.maps()).containsExactly(Map.of("a", "1", "b.nested", "1"),
					Map.of("a", "1", "c.nested", "2"), Map.of("a", "1", "refused", "2"));
			assertThat(bind(context.getEnvironment())).isEqualTo(Map.of("a", "1", "c.nested", "2"));
		}
	}

	@Test
	void validatorThatReadsLiveConfigRefusesTheBadAndTakesTheMendedDocument() {
		this.fleet.save("orders.yaml", "limits: {max: 1}");
		try (ConfigurableApplicationContext context = this.fleet.start(LiveApplication.class)) {
			ConfigManager manager = context.getBean(ConfigManager.class);
			this.fleet.save("orders.yaml", "limits: {max: 0}");
			await().until(() -> manager.status().rejection() != null);
			assertThat(context.getEnvironment().getProperty("limits.max")).isEqualTo("1");

			this.fleet.save("orders.yaml", "limits: {max: 2}");
			await().until(() -> "2".equals(context.getEnvironment().getProperty("limits.max")));
			assertThat(manager.status().rejection()).isNull();
		}
	}

	private ConfigurableApplicationContext start() {
		return this.fleet.start(Application.class);
	}

	private static Map<String, String> bind(Environment environment) {
		return Map.copyOf(
				Binder.get(environment).bind("limits", Bindable.mapOf(String.class, String.class)).orElseGet(Map::of));
	}

	record Seen(List<Map<String, String>> maps) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Seen seen() {
			return new Seen(new CopyOnWriteArrayList<>());
		}

		@Bean
		ConfigValidator validator(Environment environment, Seen seen) {
			return (change) -> {
				seen.maps().add(bind(environment));
				if (change.after().get("limits.refused") != null) {
					throw new IllegalStateException();
				}
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class LiveApplication {

		@Bean
		ConfigValidator validator(@ConfigPrefix("limits") LiveConfig<Map<String, Integer>> limits) {
			return (change) -> {
				if (limits.get().get("max") == 0) {
					throw new IllegalStateException();
				}
			};
		}

	}

}
