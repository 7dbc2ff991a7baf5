package io.governance.boot.configdata;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;

import io.governance.boot.backend.BackendChoice;
import io.governance.boot.backend.Backends;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.NativeDetector;

/**
 * Loads and verifies the classes that a start is about to need, beside the thread that
 * starts: a third of what the library costs at start is finding its classes, each in a
 * jar inside a jar, and defining them. Initializes none, and fails nothing.
 */
final class StartupClasses implements Runnable {

	/**
	 * Where a jar lists its classes: those for the environment, an empty line, and those
	 * for the beans.
	 */
	static final String LISTS = "META-INF/governance/startup-classes/";

	/** The switch of what Spring Boot itself prepares beside a start. */
	static final String IGNORE = "spring.backgroundpreinitializer.ignore";

	private final ClassLoader classLoader;

	private final List<String> lists;

	StartupClasses(ClassLoader classLoader, List<String> lists) {
		this.classLoader = classLoader;
		this.lists = lists;
	}

	/**
	 * Those of the starter and of the backend that is going to keep the documents.
	 * @return nothing where no processor is to spare, where one thread would wait for the
	 * other, where it is switched off, or where Spring Cloud reads the files again
	 */
	static Optional<StartupClasses> of(Binder properties, @Nullable ClassLoader classLoader, int processors) {
		if (processors == 1 || classLoader == null || !classLoader.isRegisteredAsParallelCapable()
				|| Boolean.getBoolean(IGNORE) || Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)
				|| NativeDetector.inNativeImage()) {
			return Optional.empty();
		}
		List<String> lists = new ArrayList<>();
		try {
			if (enabled(properties, "governance.enabled") && enabled(properties, "governance.config.enabled")
					&& !started(properties)) {
				lists.add("starter");
				lists.add(new BackendChoice(() -> properties, () -> Backends.types(classLoader)).typeForConfig());
			}
		}
		catch (RuntimeException | LinkageError | ServiceConfigurationError ex) {
			// Told where it is used, if it still is what it is by then.
		}
		return lists.isEmpty() ? Optional.empty() : Optional.of(new StartupClasses(classLoader, lists));
	}

	private static boolean enabled(Binder properties, String property) {
		return properties.bind(property, Boolean.class).orElse(true);
	}

	private static boolean started(Binder properties) {
		return properties.bind(GovernanceEnvironmentPostProcessor.RETAINED, String.class)
			.orElse("")
			.contains(GovernancePropertySource.NAME);
	}

	/** Begins, beside whoever calls. */
	Thread begin() {
		Thread thread = new Thread(null, this, "governance-startup-classes", 0, false);
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	@Override
	public void run() {
		names().forEach(this::load);
	}

	@SuppressWarnings("ReturnValueIgnored")
	private void load(String name) {
		try {
			// The JVM verifies a class before it tells its constructors.
			Class.forName(name, false, this.classLoader).getDeclaredConstructors();
		}
		catch (Exception | LinkageError ex) {
			// It may be for something that this application does not have. If not, the
			// start itself tells it.
			return;
		}
	}

	/** Those for the environment of all lists, then those for the beans. */
	List<String> names() {
		List<String> environment = new ArrayList<>();
		List<String> beans = new ArrayList<>();
		for (String list : this.lists) {
			List<String> names = environment;
			for (String line : lines(list)) {
				if (line.isEmpty()) {
					names = beans;
				}
				else {
					names.add(line);
				}
			}
		}
		environment.addAll(beans);
		return environment;
	}

	/** None, if it is a backend that has no list. */
	private List<String> lines(String list) {
		try (InputStream stream = this.classLoader.getResourceAsStream(LISTS + list)) {
			return (stream == null) ? List.of()
					: new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)).lines().toList();
		}
		catch (IOException | RuntimeException ex) {
			// Such as of a class loader that is closed by now.
			return List.of();
		}
	}

}
