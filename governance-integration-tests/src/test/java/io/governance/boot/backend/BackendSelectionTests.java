package io.governance.boot.backend;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.backend.BackendFactory;
import io.governance.boot.InvalidSettingException;
import io.governance.local.LocalBackendFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ExtendWith(OutputCaptureExtension.class)
class BackendSelectionTests {

	@TempDir
	private Path directory;

	@Test
	void isLocalWhenThereIsNoOtherBackend() throws IOException {
		try (Backends backends = backends(new MockEnvironment())) {
			assertThat(backends.select().name()).isEqualTo("local");
		}
	}

	@Test
	void isTheOneBackendWhoseJarIsThere() throws IOException {
		try (Backends backends = backends(new MockEnvironment(), First.class)) {
			assertThat(backends.select().name()).isEqualTo("first");
		}
	}

	@Test
	void isTheOneThatIsChosen() throws IOException {
		MockEnvironment environment = new MockEnvironment().withProperty("governance.backend", "second");
		try (Backends backends = backends(environment, First.class, Second.class)) {
			assertThat(backends.select().name()).isEqualTo("second");
			assertThat(backends.select()).isSameAs(backends.select());
		}
	}

	@Test
	void failsWhenTwoBackendsLeaveTheChoiceOpen() throws IOException {
		try (Backends backends = backends(new MockEnvironment(), First.class, Second.class)) {
			assertThatExceptionOfType(BackendSelectionException.class).isThrownBy(backends::select)
				.withMessage("Several backends are on the classpath: [first, second]. "
						+ "Set governance.backend to the one to use, or remove the jar of the other");
		}
	}

	@ParameterizedTest
	@CsvSource({ "etcd, add the dependency io.governance:governance-etcd",
			"cnsul, 'add the dependency of its backend, such as io.governance:governance-consul'" })
	void failsForANameThatIsNotThere(String name, String action) throws IOException {
		MockEnvironment environment = new MockEnvironment().withProperty("governance.backend", name);
		try (Backends backends = backends(environment)) {
			assertThatExceptionOfType(BackendSelectionException.class).isThrownBy(backends::select)
				.withMessage("There is no backend '" + name
						+ "'; available are [local]. Set governance.backend to one of them, or " + action);
		}
	}

	@Test
	void failureAnalysisNamesThePropertyToSet(CapturedOutput output) throws IOException {
		SpringApplication application = new SpringApplication(
				new DefaultResourceLoader(classLoader(First.class, Second.class)), Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		assertThatThrownBy(() -> application.run("--spring.config.import=governance:"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Several backends are on the classpath: [first, second]")
			.contains("Set governance.backend to the one to use");
	}

	@Test
	void settingThatComesWhenTheBackendIsOpenIsRefused() {
		SpringApplication application = application(Map.of("governance.local.directory", this.directory + "/late"));
		assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> run(application))
			.havingRootCause()
			.isInstanceOf(InvalidSettingException.class)
			.withMessageContaining("governance.local.directory: is set by 'late'");
	}

	@Test
	void settingThatComesLateAndSaysTheSameIsNone() {
		run(application(Map.of("governance.local.directory", this.directory.toString()))).close();
	}

	@Test
	void settingThatComesLateAndIsReadLaterCounts() {
		SpringApplication application = application(Map.of("governance.registry.service", "late"));
		try (ConfigurableApplicationContext context = run(application)) {
			assertThat(context.getEnvironment().getProperty("governance.registry.service")).isEqualTo("late");
		}
	}

	@Test
	void settingThatComesLateAndIsOverriddenIsNone() {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.addInitializers((context) -> context.getEnvironment()
			.getPropertySources()
			.addLast(new MapPropertySource("late", Map.of("governance.local.directory", this.directory + "/late"))));
		run(application).close();
	}

	@Test
	void defaultThatIsOverriddenIsNoLateSetting() {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setDefaultProperties(Map.of("governance.local.directory", this.directory + "/default"));
		run(application).close();
	}

	@Test
	void furtherBackendMayBeNamedWhenTheFirstIsOpen() {
		SpringApplication application = application(Map.of("governance.backends.far.type", "local",
				"governance.backends.far.directory", this.directory + "/far", "governance.discovery.backends", "far"));
		run(application).close();
	}

	@Test
	void remoteConfigThatNamesAnotherBackendDoesNotKeepTheNextStartOut(CapturedOutput output) throws IOException {
		Path documents = Files.createDirectories(this.directory.resolve("config/default/default"));
		Files.writeString(documents.resolve("application.yaml"),
				"governance: {local: {lease: 17s, rescan: 3s}}\nsize: 1");
		try (ConfigurableApplicationContext context = run(application(Map.of()))) {
			assertThat(context.getEnvironment().getProperty("size")).isEqualTo("1");
		}
		assertThat(output).contains("Remote config sets 'governance.local.lease', and means nothing by it");
	}

	private ConfigurableApplicationContext run(SpringApplication application) {
		return application.run("--spring.config.import=governance:", "--governance.local.directory=" + this.directory,
				"--governance.config.cache.enabled=false");
	}

	/** Where something else sets properties once config is imported, as tests do. */
	private static SpringApplication application(Map<String, Object> late) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.addInitializers((context) -> context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("late", late)));
		return application;
	}

	@Test
	void failsForAnSslBundleThatIsNotThere() {
		SslContexts contexts = new SslContexts(new MockEnvironment());
		assertThatIllegalArgumentException().isThrownBy(() -> contexts.get("client"))
			.withMessageContaining("There is no SSL bundle 'client'");
	}

	private Backends backends(MockEnvironment environment, Class<?>... factories) throws IOException {
		return new Backends(environment, classLoader(factories));
	}

	/** A class loader that sees other backends than this one does. */
	private ClassLoader classLoader(Class<?>... factories) throws IOException {
		Path services = Files.createDirectories(this.directory.resolve("META-INF/services"));
		List<String> names = java.util.Arrays.stream(factories).map(Class::getName).toList();
		Files.write(services.resolve(BackendFactory.class.getName()), names);
		URL[] urls = { this.directory.toUri().toURL() };
		return new URLClassLoader(urls, getClass().getClassLoader());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	/** Another backend, by name. */
	public static class First implements BackendFactory {

		@Override
		public String name() {
			return "first";
		}

		@Override
		public Backend create(BackendEnvironment environment) {
			return new LocalBackendFactory().create(environment);
		}

	}

	/** Yet another backend, by name. */
	public static final class Second extends First {

		@Override
		public String name() {
			return "second";
		}

	}

}
