package io.governance.boot.configdata;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.governance.boot.TestFleet;
import io.governance.config.ConfigManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what remote documents may not say, in a running application.
 */
@ExtendWith(OutputCaptureExtension.class)
class RemotePolicyTests {

	private static final String EXECUTED = "remote.policy.tests.executed";

	private static final String CODE = "T(java.lang.System).setProperty('" + EXECUTED + "', 's3cretValue')";

	private TestFleet fleet;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		System.clearProperty(EXECUTED);
		this.fleet = new TestFleet(directory);
	}

	@Test
	@DisplayName("(c)2 an expression in a remote value does not run: the application does not start on it")
	void refusesAnExpressionAtStart(CapturedOutput output) {
		this.fleet.save("orders.yaml", "a: 1\ngreeting: \"#{" + CODE + "}\"");

		assertThatThrownBy(() -> start());

		assertThat(System.getProperty(EXECUTED)).isNull();
		assertThat(output).contains("default/default/orders.yaml:2:11: 'greeting' holds an expression '#{'")
			.contains("governance.config.allow-expressions")
			.doesNotContain("s3cretValue");
	}

	@Test
	@DisplayName("(c)2 an expression that comes while the application runs is refused")
	void refusesAnExpression() {
		this.fleet.save("orders.yaml", "greeting: hello");
		try (ConfigurableApplicationContext context = start("local.hash=#")) {
			assertThat(context.getBean("greeting")).isEqualTo("hello");
			ConfigManager manager = context.getBean(ConfigManager.class);
			for (String text : List.of("greeting: \"#{CODE}\"", "greeting: \"${hash}{CODE}\"\nhash: '#'",
					"greeting: \"#${open}CODE}\"\nopen: '{'", "greeting: \"${x:#}{CODE}\"",
					"greeting: \"${a}\"\na: \"${hash}${b}\"\nhash: '#'\nb: \"{CODE}\"",
					"greeting: \"${local.hash}{CODE}\"")) {
				this.fleet.save("orders.yaml", "other: changed\n" + text.replace("CODE", CODE));
				await().atMost(Duration.ofSeconds(20))
					.untilAsserted(() -> assertThat(manager.status().rejection()).as(text).isNotNull());
				assertThat(manager.status().rejection().describe()).as(text)
					.startsWith("default/default/orders.yaml:")
					.contains("holds an expression '#{'")
					.doesNotContain("s3cretValue");
				assertThat(context.getBean("greeting")).as(text).isEqualTo("hello");
				assertThat(context.getEnvironment().getProperty("other")).as(text).isNull();
				assertThat(System.getProperty(EXECUTED)).as(text).isNull();
				this.fleet.save("orders.yaml", "greeting: hello");
				await().atMost(Duration.ofSeconds(20))
					.untilAsserted(() -> assertThat(manager.status().rejection()).isNull());
			}
		}
	}

	@DisplayName("(c)2 an expression that a later change completes is refused, whatever that key is called")
	@ParameterizedTest
	@CsvSource({ "begin, begin", "be$gin, be$gin", "be:gin, be:gin", "begins[urn:x], begins[urn:x]", "begin, be@gin",
			"begin, 'be gin'", "begins.0, begins[0]", "begins[0], begins.0", "be.gin, be..gin", "begin, be]gin" })
	void refusesAnExpressionThatALaterChangeCompletes(String name, String key) {
		String text = "greeting: \"${" + name + "}{" + CODE + "}\"\n'" + key + "': ";
		this.fleet.save("orders.yaml", text + "'!'");
		try (ConfigurableApplicationContext context = start()) {
			assertThat(context.getBean("greeting")).isEqualTo("!{" + CODE + "}");
			ConfigManager manager = context.getBean(ConfigManager.class);
			this.fleet.save("orders.yaml", text + "'#'\nother: changed");
			await().atMost(Duration.ofSeconds(20))
				.until(() -> manager.status().rejection() != null
						|| context.getEnvironment().getProperty("other") != null);
			assertThat(manager.status().rejection()).isNotNull();
			assertThat(manager.status().rejection().describe()).contains("holds an expression '#{'");
			assertThat(context.getBean("greeting")).isEqualTo("!{" + CODE + "}");
			assertThat(System.getProperty(EXECUTED)).isNull();
		}
		finally {
			System.clearProperty(EXECUTED);
		}
	}

	@Test
	@DisplayName("(c)2 remote values that make up an expression in a local one are refused")
	void refusesAnExpressionThatALocalValueComposes(CapturedOutput output) {
		this.fleet.save("orders.yaml", "a: '#'\nb: \"{" + CODE + "}\"");

		assertThatThrownBy(() -> start("greeting=${a}${b}"));

		assertThat(System.getProperty(EXECUTED)).isNull();
		assertThat(output).contains("'greeting' holds an expression '#{'");
	}

	@Test
	void runsTheExpressionsOfTheApplicationItself() {
		this.fleet.save("orders.yaml", "suffix: '!'");
		try (ConfigurableApplicationContext context = start("calculated=#{1 + 1}",
				"greeting=${calculated} ${suffix}")) {
			assertThat(context.getBean("greeting")).isEqualTo("2 !");
			this.fleet.save("orders.yaml", "suffix: '?'");
			await().atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(context.getBean("greeting")).isEqualTo("2 ?"));
		}
	}

	@Test
	void runsRemoteExpressionsWhereTheyAreAllowed() {
		this.fleet.save("orders.yaml", "greeting: \"#{" + CODE + "}\"");
		try (ConfigurableApplicationContext context = start("governance.config.allow-expressions=true")) {
			context.getBean("greeting");
			assertThat(System.getProperty(EXECUTED)).isEqualTo("s3cretValue");
		}
		finally {
			System.clearProperty(EXECUTED);
		}
	}

	@Test
	@DisplayName("(c)2 keys that change how the application runs are ignored with one warning")
	void ignoresWhatRemoteConfigMayNotSet(CapturedOutput output) {
		this.fleet.save("orders.yaml",
				"""
						a: 1
						spring: {main.banner-mode: s3cretValue, profiles.active: s3cretValue, cloud.bootstrap.location: s3cretValue}
						logging.config: s3cretValue
						management.endpoints.web.exposure.include: "*"
						spring.autoconfigure.exclude: s3cretValue
						""");
		try (ConfigurableApplicationContext context = start()) {
			assertThat(context.getEnvironment().getProperty("a")).isEqualTo("1");
			assertThat(context.getEnvironment().getActiveProfiles()).isEmpty();
			assertThat(context.getEnvironment().getProperty("management.endpoints.web.exposure.include")).isNull();
			assertThat(context.getEnvironment().getProperty("spring.autoconfigure.exclude")).isNull();
			assertThat(output)
				.containsOnlyOnce(
						"Remote config may not set 'spring.main.banner-mode' in default/default/orders.yaml:2:")
				.contains("'logging.config' in default/default/orders.yaml:3:17")
				.contains("governance.config.allowed-keys")
				.doesNotContain("s3cretValue");

			this.fleet.save("orders.yaml", "a: 2\nspring.config.import: 'file:/s3cretValue'");

			await().atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(output).containsOnlyOnce(
						"Remote config may not set 'spring.config.import' in default/default/orders.yaml:2:23: ignored"));
			assertThat(context.getEnvironment().getProperty("a")).isEqualTo("2");
		}
	}

	@Test
	void remoteConfigDoesNotTakeTheRestOfTheApplicationElsewhere(CapturedOutput output) {
		this.fleet.save("orders.yaml", "a: 1\ngovernance: {namespace: elsewhere, backend: nowhere}");
		try (ConfigurableApplicationContext context = start()) {
			assertThat(context.getEnvironment().getProperty("a")).isEqualTo("1");
			assertThat(context.getEnvironment().getProperty("governance.namespace")).isNull();
			assertThat(context.getEnvironment().getProperty("governance.backend")).isNull();
			assertThat(output).contains("Remote config may not set 'governance.");
		}
	}

	@DisplayName("(c)2 no spelling that Boot takes for such a key slips through")
	@ParameterizedTest
	@ValueSource(strings = { "spring.config.import", "SPRING_CONFIG_IMPORT", "spring.config[import]",
			"spring[config].import", "Spring.Config.Im-port", "spring.con_fig.import", "s!pring.config.import",
			"spring..config.import", "spring.config.im@port", "[spring]config.import", "spring.[config]import" })
	void ignoresEverySpelling(String key) {
		this.fleet.save("orders.properties", "a=1\n" + key.replace(" ", "\\ ") + "=s3cretValue");
		try (ConfigurableApplicationContext context = start("spring.config.import=governance:")) {
			assertThat(context.getEnvironment().getProperty("a")).isEqualTo("1");
			assertThat(context.getEnvironment().getProperty(key)).isNotEqualTo("s3cretValue");
			assertThat(Binder.get(context.getEnvironment()).bind("spring.config.import", String.class).get())
				.isEqualTo("governance:");
			assertThat(context.getBean(ConfigManager.class).current().ignored()).hasSize(1);
		}
	}

	@Test
	void takesOverWhatIsAllowed() {
		this.fleet.save("orders.yaml", "management: {info.env.enabled: true, server.port: 1}\nmanagementx: 1");
		try (ConfigurableApplicationContext context = start("governance.config.allowed-keys=management.info")) {
			assertThat(context.getEnvironment().getProperty("management.info.env.enabled")).isEqualTo("true");
			assertThat(context.getEnvironment().getProperty("management.server.port")).isNull();
			assertThat(context.getEnvironment().getProperty("managementx")).isEqualTo("1");
		}
	}

	private ConfigurableApplicationContext start(String... properties) {
		List<String> all = new ArrayList<>(List.of("governance.config.cache.enabled=false"));
		all.addAll(List.of(properties));
		return this.fleet.start(Application.class, all.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@Lazy
		@Scope("prototype")
		String greeting(@Value("${greeting:none}") String greeting) {
			return greeting;
		}

	}

}
