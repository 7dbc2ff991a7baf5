package io.governance.boot.configdata;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.backend.BackendFactory;
import io.governance.config.ConfigManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.bootstrap.BootstrapRegistry.InstanceSupplier;
import org.springframework.boot.bootstrap.BootstrapRegistryInitializer;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.AbstractAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * What is loaded beside a start.
 */
class StartupClassesTests {

	private static final String FIRST = "io.governance.boot.configdata.StartupClassesTests$First";

	private static final String SECOND = "io.governance.boot.configdata.StartupClassesTests$Second";

	private static final Map<String, String> LISTS = Map.of("starter", "of.Starter\n", "consul", "of.Consul\n", "etcd",
			"of.Etcd\n");

	private final ClassLoader own = getClass().getClassLoader();

	@TempDir
	private Path directory;

	@AfterEach
	void noSwitchStays() {
		System.clearProperty(StartupClasses.IGNORE);
		System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
	}

	private static Binder binder(String... properties) {
		MapConfigurationPropertySource source = new MapConfigurationPropertySource();
		for (String property : properties) {
			source.put(property.substring(0, property.indexOf('=')), property.substring(property.indexOf('=') + 1));
		}
		return new Binder(source);
	}

	private URLClassLoader lists(Map<String, String> lists) throws IOException {
		for (Map.Entry<String, String> list : lists.entrySet()) {
			Path file = this.directory.resolve(StartupClasses.LISTS + list.getKey());
			Files.createDirectories(file.getParent());
			Files.writeString(file, list.getValue());
		}
		return new URLClassLoader(new URL[] { this.directory.toUri().toURL() }, null);
	}

	@Test
	@DisplayName("what the environment needs comes before what the beans need, of all lists, and a backend may have none")
	void environmentComesFirst() throws IOException {
		try (URLClassLoader loader = lists(
				Map.of("starter", "a.Environment\n\na.Bean\n", "consul", "b.Environment\n\nb.Bean\n"))) {
			assertThat(new StartupClasses(loader, List.of("starter", "consul", "own")).names())
				.containsExactly("a.Environment", "b.Environment", "a.Bean", "b.Bean");
		}
	}

	@Test
	@DisplayName("classes are verified, those that are not there are passed over, and none is initialized")
	void classesAreVerified() throws IOException {
		try (URLClassLoader lists = lists(
				Map.of("starter", "not.There\n" + Verified.class.getName() + "\n" + ConfigManager.class.getName()))) {
			Recording loader = new Recording(lists, this.own);
			System.clearProperty(Verified.class.getName());
			new StartupClasses(loader, List.of("starter")).run();
			assertThat(loader.asked).contains("not.There", Verified.class.getName(), ConfigManager.class.getName());
			// The verifier asks whether it is a number.
			assertThat(loader.asked).contains(Answer.class.getName());
			assertThat(System.getProperty(Verified.class.getName())).isNull();
		}
	}

	@ParameterizedTest
	@CsvSource({ "governance.backend=consul, of.Consul", "governance.config.backend=etcd, of.Etcd",
			"governance.backends.of-the-house.type=consul;governance.backend=of-the-house, of.Consul",
			"governance.backend=of-the-house, ''", "governance.group=any, ''" })
	@DisplayName("the lists are those of the starter and of the backend that is chosen")
	void backendIsTheChosenOne(String properties, String ofBackend) throws IOException {
		try (URLClassLoader loader = lists(LISTS)) {
			assertThat(StartupClasses.of(binder(properties.split(";")), loader, 2)).get()
				.extracting(StartupClasses::names)
				.isEqualTo(ofBackend.isEmpty() ? List.of("of.Starter") : List.of("of.Starter", ofBackend));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "not.There", FIRST + "\n" + SECOND })
	@DisplayName("where it cannot be told which backend it is, the list is that of the starter, and the start goes on")
	void backendMayNotBeKnown(String factories) throws IOException {
		Path services = this.directory.resolve("META-INF/services").resolve(BackendFactory.class.getName());
		Files.createDirectories(services.getParent());
		Files.writeString(services, factories);
		try (URLClassLoader loader = new URLClassLoader(new URL[] { this.directory.toUri().toURL() }, this.own)) {
			assertThat(StartupClasses.of(binder(), loader, 2)).get()
				.extracting(StartupClasses::names)
				.isEqualTo(new StartupClasses(this.own, List.of("starter")).names());
		}
	}

	@Test
	@DisplayName("each class of the library that the starter lists is there")
	void listNamesWhatThereIs() {
		assertThat(new StartupClasses(this.own, List.of("starter")).names())
			.filteredOn((name) -> name.startsWith("io.governance."))
			.hasSizeGreaterThan(300)
			.doesNotHaveDuplicates()
			.allSatisfy((name) -> Class.forName(name, false, this.own));
	}

	@ParameterizedTest
	@ValueSource(strings = { "governance.enabled=false", "governance.config.enabled=false",
			"governance.enabled=neither", GovernanceEnvironmentPostProcessor.RETAINED + "=own, governance" })
	@DisplayName("nothing is loaded for what is switched off, nor when Spring Cloud reads the files again")
	void nothingForWhatIsOff(String property) {
		assertThat(StartupClasses.of(binder(property), this.own, 2)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { StartupClasses.IGNORE, AbstractAotProcessor.AOT_PROCESSING })
	@DisplayName("nothing is loaded where Spring Boot does not either, nor in ahead-of-time processing")
	void nothingWhereSpringBootDoesNotEither(String property) {
		System.setProperty(property, "true");
		assertThat(StartupClasses.of(binder(), this.own, 2)).isEmpty();
	}

	@Test
	@DisplayName("nothing is loaded with one processor, without a class loader, or where one thread would wait for the other")
	void nothingWhereItWouldBeInTheWay() {
		assertThat(StartupClasses.of(binder(), this.own, 2)).isPresent();
		assertThat(StartupClasses.of(binder(), this.own, 1)).isEmpty();
		assertThat(StartupClasses.of(binder(), null, 2)).isEmpty();
		assertThat(StartupClasses.of(binder(), new Recording(this.own, this.own), 2)).isEmpty();
	}

	@Test
	@DisplayName("a class loader that is closed by now is no matter")
	void closedLoaderIsNoMatter() throws IOException {
		URLClassLoader loader = lists(LISTS);
		StartupClasses classes = StartupClasses.of(binder(), loader, 2).orElseThrow();
		loader.close();
		assertThatNoException().isThrownBy(classes::run);
	}

	@Test
	@DisplayName("an application that imports its config begins")
	void applicationBegins() {
		assertThat(begun((registry) -> {
		}) != null).isEqualTo(Runtime.getRuntime().availableProcessors() > 1);
	}

	@Test
	@DisplayName("an application that has begun does not begin again at a further import")
	void applicationBeginsOnce() {
		StartupClasses first = new StartupClasses(this.own, List.of());
		assertThat(begun((registry) -> registry.register(StartupClasses.class, InstanceSupplier.of(first))))
			.isSameAs(first);
	}

	/** What an application has begun when its context is there. */
	private @Nullable StartupClasses begun(BootstrapRegistryInitializer before) {
		AtomicReference<@Nullable StartupClasses> begun = new AtomicReference<>();
		SpringApplication application = new SpringApplication(Nothing.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.addBootstrapRegistryInitializer(before);
		application.addBootstrapRegistryInitializer((registry) -> registry
			.addCloseListener((event) -> begun.set(event.getBootstrapContext().getOrElse(StartupClasses.class, null))));
		application
			.run("--spring.config.import=governance:", "--governance.local.directory=" + this.directory,
					"--governance.config.cache.enabled=false")
			.close();
		return begun.get();
	}

	/** Finds lists in one loader, and classes by itself, in another one's files. */
	private static final class Recording extends ClassLoader {

		private final Queue<String> asked = new ConcurrentLinkedQueue<>();

		private final ClassLoader lists;

		Recording(ClassLoader lists, ClassLoader parent) {
			super(parent);
			this.lists = lists;
		}

		@Override
		public InputStream getResourceAsStream(String name) {
			return this.lists.getResourceAsStream(name);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			this.asked.add(name);
			if (!name.equals(Verified.class.getName())) {
				return super.loadClass(name, resolve);
			}
			try (InputStream stream = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] octets = stream.readAllBytes();
				return defineClass(name, octets, 0, octets.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

	public static class First implements BackendFactory {

		@Override
		public String name() {
			return "first";
		}

		@Override
		public Backend create(BackendEnvironment environment) {
			throw new UnsupportedOperationException();
		}

	}

	public static final class Second extends First {

		@Override
		public String name() {
			return "second";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Nothing {

	}

	/** What the verifier is to look at. */
	static final class Verified {

		static {
			System.setProperty(Verified.class.getName(), "initialized");
		}

		Number answer() {
			return new Answer();
		}

	}

	/** Loaded by whoever verifies that it is a number. */
	static final class Answer extends Number {

		private static final long serialVersionUID = 1L;

		@Override
		public int intValue() {
			return 42;
		}

		@Override
		public long longValue() {
			return 42;
		}

		@Override
		public float floatValue() {
			return 42;
		}

		@Override
		public double doubleValue() {
			return 42;
		}

	}

}
