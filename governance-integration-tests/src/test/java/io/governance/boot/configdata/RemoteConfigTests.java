package io.governance.boot.configdata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.governance.BackendUnavailableException;
import io.governance.boot.InvalidSettingException;
import io.governance.boot.TestFleet;
import io.governance.boot.config.ConfigLifecycle;
import io.governance.boot.config.LiveConfigFactory;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigStatus;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.context.restart.RestartEndpoint;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.PropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class RemoteConfigTests {

	private TestFleet fleet;

	private Path directory;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.directory = directory;
		this.fleet = new TestFleet(directory.resolve("fleet"));
	}

	@Test
	void mergesTheLayersOfApplicationAndProfile() {
		this.fleet.save("application.yaml", "{a: application, b: application, c: application, d: application}");
		this.fleet.save("application-eu.json", "{\"b\": \"application-eu\", \"c\": \"application-eu\"}");
		this.fleet.save("orders.yaml", "{c: orders, d: orders}");
		this.fleet.save("orders-eu.properties", "d=orders-eu");
		try (ConfigurableApplicationContext context = start("spring.profiles.active=eu")) {
			assertThat(property(context, "a")).isEqualTo("application");
			assertThat(property(context, "b")).isEqualTo("application-eu");
			assertThat(property(context, "c")).isEqualTo("orders");
			assertThat(property(context, "d")).isEqualTo("orders-eu");
		}
	}

	@Test
	void standsAbovePackagedFilesAlsoThoseOfAProfile() {
		try (ConfigurableApplicationContext context = start("spring.profiles.active=packaged")) {
			assertThat(property(context, "where")).isEqualTo("packaged profile file");
			this.fleet.save("application.yaml", "where: remote");
			await().atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(property(context, "where")).isEqualTo("remote"));
		}
	}

	@Test
	void standsBelowExternalFilesAndTheCommandLine() throws IOException {
		this.fleet.save("application.yaml", "{where: remote, other: remote}");
		Path external = Files.createDirectories(this.directory.resolve("external"));
		Files.writeString(external.resolve("application.yml"), "where: external file");
		try (ConfigurableApplicationContext context = start(
				"spring.config.additional-location=file:" + external + "/")) {
			assertThat(property(context, "where")).isEqualTo("external file");
			assertThat(property(context, "other")).isEqualTo("remote");
		}
		try (ConfigurableApplicationContext context = start("where=command line")) {
			assertThat(property(context, "where")).isEqualTo("command line");
		}
	}

	@Test
	void tellsWhereAPropertyStands() {
		this.fleet.save("orders.yaml", "\na:\n  b: 1\n");
		try (ConfigurableApplicationContext context = start()) {
			Origin origin = OriginLookup.getOrigin(context.getEnvironment().getPropertySources().get("governance"),
					"a.b");
			assertThat(origin).hasToString("governance default/default/orders.yaml:3:6");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.application.name=My Orders/1", "governance.namespace=Dev Env",
			"governance.config.group=a/b" })
	void nameThatNoDocumentCanHaveIsRefusedByItsProperty(String setting) {
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> start(setting).close())
			.satisfies((ex) -> assertThat(ex.property()).isEqualTo(setting.substring(0, setting.indexOf('='))));
	}

	@Test
	void applicationWithABlankNameReadsWhatAllRead() {
		this.fleet.save("application.yaml", "where: all");
		try (ConfigurableApplicationContext context = start("spring.application.name=")) {
			assertThat(property(context, "where")).isEqualTo("all");
		}
	}

	@Test
	void readsTheNamespaceAndTheGroupThatAreSet() throws IOException {
		Path documents = Files.createDirectories(this.fleet.directory().resolve("config/dev/shop"));
		Files.writeString(documents.resolve("orders.yaml"), "from: dev shop");
		this.fleet.save("orders.yaml", "from: default");
		try (ConfigurableApplicationContext context = start("governance.namespace=dev",
				"governance.config.group=shop")) {
			assertThat(property(context, "from")).isEqualTo("dev shop");
		}
	}

	@Test
	void readsNothingRemoteWhenSwitchedOff() {
		this.fleet.save("orders.yaml", "from: remote");
		try (ConfigurableApplicationContext context = start("governance.config.enabled=false")) {
			assertThat(property(context, "from")).isNull();
			assertThat(context.getBeansOfType(ConfigLifecycle.class)).isEmpty();
		}
		try (ConfigurableApplicationContext context = start("governance.enabled=false")) {
			assertThat(property(context, "from")).isNull();
		}
	}

	@Test
	void doesNotStartWithoutTheBackendWhenItIsRequired(CapturedOutput output) throws IOException {
		Path file = Files.writeString(this.directory.resolve("file"), "");
		assertThatThrownBy(() -> start("governance.local.directory=" + file.resolve("below")));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Backend 'local' cannot be used")
			.contains(file.resolve("below").toString())
			.contains("spring.config.import=optional:governance:");
	}

	@Test
	void startsWithoutTheBackendWhenItIsOptional(CapturedOutput output) throws IOException {
		Path file = Files.writeString(this.directory.resolve("file"), "");
		try (ConfigurableApplicationContext context = start("spring.config.import=optional:governance:",
				"governance.local.directory=" + file.resolve("below"))) {
			assertThat(context.getBean(ConfigManager.class).status().source()).isEqualTo(ConfigStatus.Source.NONE);
			assertThat(output).contains("Starting without remote config");
		}
	}

	@ParameterizedTest
	@CsvSource({ "optional:governance:, governance:, optional:file:none/, false",
			"governance:, optional:governance:, optional:file:none/, true",
			"governance:, governance:, optional:governance:, true",
			"optional:governance:, optional:governance:, governance:, false" })
	void highestOfSeveralImportsTellsWhetherTheBackendIsRequired(String ofAll, String ofProfile, String ofCommandLine,
			boolean starts) throws IOException {
		Path files = Files.createDirectories(this.directory.resolve("files"));
		Files.writeString(files.resolve("application.yml"), "spring.config.import: '" + ofAll + "'");
		Files.writeString(files.resolve("application-prod.yml"), "spring.config.import: '" + ofProfile + "'");
		Path file = Files.writeString(this.directory.resolve("file"), "");
		ThrowingCallable start = () -> start("spring.config.import=" + ofCommandLine,
				"spring.config.location=file:" + files + "/", "spring.profiles.active=prod",
				"governance.local.directory=" + file.resolve("below"))
			.close();
		if (starts) {
			assertThatCode(start).doesNotThrowAnyException();
		}
		else {
			assertThatThrownBy(start).isInstanceOf(BackendUnavailableException.class);
		}
	}

	@Test
	void startsFromTheLastGoodConfigWithoutTheBackendWhenItIsOptional(CapturedOutput output) throws IOException {
		this.fleet.save("orders.yaml", "from: remote");
		start().close();
		Path file = Files.writeString(this.directory.resolve("file"), "");
		try (ConfigurableApplicationContext context = start("spring.config.import=optional:governance:",
				"governance.local.directory=" + file.resolve("below"))) {
			assertThat(property(context, "from")).isEqualTo("remote");
			assertThat(output).contains("Starting with the last good config, kept at ");
		}
	}

	@Test
	void keepsNothingOnDiskWhenTheCacheIsSwitchedOff() {
		this.fleet.save("orders.yaml", "from: remote");
		start("governance.config.cache.enabled=false").close();
		assertThat(this.fleet.directory().resolve("cache")).doesNotExist();
	}

	@Test
	void isReadAgainWhereSpringCloudRestartsTheApplicationInItsEnvironment() {
		this.fleet.save("application.yaml", "where: remote");
		ConfigurableApplicationContext first = start("management.endpoint.restart.access=unrestricted",
				"management.endpoints.web.exposure.include=restart");
		try (ConfigurableApplicationContext second = first.getBean(RestartEndpoint.class).doRestart()) {
			assertThat(first.isActive()).isFalse();
			assertThat(live(second, "where")).isEqualTo("remote");
			assertThat(second.getEnvironment()
				.getPropertySources()
				.stream()
				.map(PropertySource::getName)
				.filter(GovernancePropertySource.NAME::equals)).hasSize(1);
			this.fleet.save("application.yaml", "where: changed");
			await().untilAsserted(() -> assertThat(live(second, "where")).isEqualTo("changed"));
			assertThat(property(second, "where")).isEqualTo("changed");
		}
	}

	@Test
	void refusesAnImportThatNamesADocument() {
		assertThatThrownBy(() -> start("spring.config.import=governance:orders.yaml"))
			.hasStackTraceContaining("write just 'governance:'");
	}

	@Test
	void connectsToNothingDuringAotProcessing() {
		System.setProperty("spring.aot.processing", "true");
		try (ConfigurableApplicationContext context = start("governance.local.directory=/dev/null/none")) {
			assertThat(context.getBean(ConfigManager.class).status().source()).isEqualTo(ConfigStatus.Source.NONE);
		}
		finally {
			System.clearProperty("spring.aot.processing");
		}
	}

	private ConfigurableApplicationContext start(String... properties) {
		return this.fleet.start(Application.class, properties);
	}

	private static String live(ConfigurableApplicationContext context, String name) {
		return context.getBean(LiveConfigFactory.class)
			.of(name, ResolvableType.forClass(String.class))
			.get()
			.toString();
	}

	private static String property(ConfigurableApplicationContext context, String name) {
		return context.getEnvironment().getProperty(name);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
