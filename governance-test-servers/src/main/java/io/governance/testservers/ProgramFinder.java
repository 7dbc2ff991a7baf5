package io.governance.testservers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Finds the program of a server: a binary that was named, a binary on the PATH, a Debian
 * package, a container.
 */
final class ProgramFinder {

	private static final Duration PULL = Duration.ofMinutes(5);

	private final String name;

	private final String image;

	private final Settings settings;

	private final @Nullable String path;

	private final Supplier<Path> debian;

	private final boolean shared;

	/**
	 * Creates a finder.
	 * @param name the name of the server and of its binary
	 * @param image the image to run if there is no binary
	 * @param settings what the user set
	 * @param path the directories to look in, as in {@code PATH}
	 * @param debian fetches the binary from a Debian package, or throws
	 * {@link IllegalStateException}
	 * @param shared whether tests can use a server that runs already
	 */
	ProgramFinder(String name, String image, Settings settings, @Nullable String path, Supplier<Path> debian,
			boolean shared) {
		this.name = name;
		this.image = image;
		this.settings = settings;
		this.path = path;
		this.debian = debian;
		this.shared = shared;
	}

	/**
	 * Finds the program.
	 * @throws IllegalStateException saying what was tried and how to provide it
	 */
	Program find() {
		String variable = variable() + "_BINARY";
		String named = this.settings.get(variable);
		if (named != null) {
			Path binary = Path.of(named).toAbsolutePath();
			if (!Files.isExecutable(binary)) {
				throw new IllegalStateException("%s=%s is no executable file".formatted(variable, named));
			}
			return new BinaryProgram(binary);
		}
		Path onPath = Commands.find(this.name, this.path);
		if (onPath != null) {
			return new BinaryProgram(onPath);
		}
		List<String> failures = new ArrayList<>(List.of("no '%s' on the PATH".formatted(this.name)));
		try {
			return new BinaryProgram(this.debian.get());
		}
		catch (IllegalStateException ex) {
			failures.add("no Debian package: " + ex.getMessage());
		}
		try {
			return container();
		}
		catch (IllegalStateException ex) {
			failures.add("no container: " + ex.getMessage());
		}
		throw new IllegalStateException("""
				These tests need a real %s, and none can be had:
				  - %s
				Put '%1$s' on the PATH, or name it by %s,%s or start Docker.""".formatted(this.name,
				String.join("\n  - ", failures), variable, running()));
	}

	private Program container() {
		Path docker = Commands.find("docker", this.path);
		if (docker == null) {
			throw new IllegalStateException("no 'docker' on the PATH");
		}
		require(docker, Duration.ofSeconds(20), "version", "--format", "{{.Server.Version}}");
		if (!run(docker, Duration.ofSeconds(20), "image", "inspect", this.image).succeeded()) {
			require(docker, PULL, "pull", "--quiet", this.image);
		}
		return new ContainerProgram(docker, this.image, this.name);
	}

	private static void require(Path docker, Duration timeout, String... arguments) {
		Commands.Result result = run(docker, timeout, arguments);
		if (!result.succeeded()) {
			throw new IllegalStateException("docker %s: %s".formatted(arguments[0], result.output()));
		}
	}

	private static Commands.Result run(Path docker, Duration timeout, String... arguments) {
		List<String> command = new ArrayList<>(List.of(docker.toString()));
		command.addAll(List.of(arguments));
		return Commands.run(Path.of("/"), timeout, command);
	}

	private String running() {
		return this.shared ? " or let a running one be used by " + variable()
				+ "=http://host:port (then tests that kill a server still need the binary)," : "";
	}

	private String variable() {
		return "GOVERNANCE_TEST_" + this.name.toUpperCase(Locale.ROOT).replace('-', '_');
	}

}
