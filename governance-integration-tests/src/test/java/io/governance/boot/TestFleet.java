package io.governance.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A directory of the local backend, and applications that use it.
 */
public final class TestFleet {

	private final Path directory;

	/**
	 * A fleet in a directory.
	 * @param directory an empty directory
	 */
	public TestFleet(Path directory) {
		this.directory = directory;
	}

	/**
	 * The directory of the local backend.
	 * @return the directory
	 */
	public Path directory() {
		return this.directory;
	}

	/**
	 * Saves a document as a careful editor does: written aside and renamed.
	 * @param document the name, in the default namespace and group
	 * @param text the content
	 */
	public void save(String document, String text) {
		save("default", document, text);
	}

	/**
	 * Saves a document of a group.
	 * @param group the group
	 * @param document the name, in the default namespace
	 * @param text the content
	 */
	public void save(String group, String document, String text) {
		try {
			Path target = this.directory.resolve("config/default").resolve(group).resolve(document);
			Files.createDirectories(target.getParent());
			Path aside = Files.createTempFile(target.getParent(), ".save", ".tmp");
			Files.writeString(aside, text);
			Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Deletes a document.
	 * @param document the name, in the default namespace and group
	 */
	public void delete(String document) {
		try {
			Files.delete(this.directory.resolve("config/default/default").resolve(document));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Starts an application named {@code orders} that imports {@code governance:} and has
	 * no web server.
	 * @param source its configuration
	 * @param properties further properties, as on the command line
	 * @return the running application
	 */
	public ConfigurableApplicationContext start(Class<?> source, String... properties) {
		return start(WebApplicationType.NONE, source, properties);
	}

	/**
	 * Starts an application named {@code orders} that imports {@code governance:}.
	 * @param type its kind
	 * @param source its configuration
	 * @param properties further properties, as on the command line
	 * @return the running application
	 */
	public ConfigurableApplicationContext start(WebApplicationType type, Class<?> source, String... properties) {
		List<String> arguments = new ArrayList<>(
				List.of("--spring.application.name=orders", "--spring.config.import=governance:",
						"--governance.local.directory=" + this.directory, "--governance.local.lease=30s",
						"--governance.config.cache.directory=" + this.directory.resolve("cache"), "--server.port=0",
						"--spring.main.banner-mode=off"));
		for (String property : properties) {
			arguments
				.removeIf((argument) -> argument.startsWith("--" + property.substring(0, property.indexOf('=') + 1)));
			arguments.add("--" + property);
		}
		return new SpringApplicationBuilder(source).web(type).run(arguments.toArray(String[]::new));
	}

}
