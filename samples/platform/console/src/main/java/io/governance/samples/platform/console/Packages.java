package io.governance.samples.platform.console;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The services as they are started: their jars extracted, with an archive of the classes
 * that they load (CDS), as the reference of Spring Boot advises. That halves what a start
 * costs; {@code java -jar} does as well.
 */
final class Packages {

	private final Path home;

	/**
	 * Creates the packages.
	 * @param home the directory that holds a module for each service
	 */
	Packages(Path home) {
		this.home = home;
	}

	/** What starts a service, without its properties. */
	List<String> command(String service) {
		return List.of("-XX:SharedArchiveFile=" + archive(service), "-jar", jar(service));
	}

	/**
	 * Makes what is not there or belongs to an earlier build, which takes some seconds.
	 * @return this
	 */
	Packages prepare() {
		List<String> stale = Platform.SERVICES.stream().filter((service) -> !isFresh(service)).toList();
		stale.forEach((service) -> delete(directory(service)));
		awaitAll(stale.stream().map(this::extract).toList());
		awaitAll(stale.stream().map(this::train).toList());
		stale.forEach((service) -> write(mark(service), fingerprint(service)));
		return this;
	}

	private Process extract(String service) {
		return start(service, List.of("-Djarmode=tools", "-jar", built(service).toString(), "extract", "--destination",
				directory(service).toString()));
	}

	/** Starts a service and ends it when all beans are there. */
	private Process train(String service) {
		List<String> command = new ArrayList<>(Member.TUNING);
		command.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive(service), "-Dspring.context.exit=onRefresh",
				"-jar", jar(service), "--server.port=0", "--spring.grpc.server.port=0",
				"--governance.local.directory=" + directory(service).resolve("training"),
				"--governance.config.cache.enabled=false"));
		return start(service, command);
	}

	private Process start(String service, List<String> arguments) {
		List<String> command = new ArrayList<>();
		command.add(Member.JAVA);
		command.addAll(arguments);
		try {
			Files.createDirectories(directory(service));
			return new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(new File(this.home.toFile(), service + "/target/preparation.log"))
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private boolean isFresh(String service) {
		try {
			return Files.exists(mark(service)) && Files.readString(mark(service)).equals(fingerprint(service));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Jars have a fixed time stamp, so that builds are reproducible. */
	private String fingerprint(String service) {
		try {
			return Member.JAVA + " " + Files.size(built(service)) + " "
					+ Arrays.hashCode(Files.readAllBytes(built(service)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Path built(String service) {
		return this.home.resolve(service).resolve("target").resolve(service + ".jar");
	}

	private Path directory(String service) {
		return this.home.resolve(service).resolve("target").resolve("extracted");
	}

	private String jar(String service) {
		return directory(service).resolve(service + ".jar").toString();
	}

	private Path archive(String service) {
		return directory(service).resolve("classes.jsa");
	}

	private Path mark(String service) {
		return directory(service).resolve("fingerprint");
	}

	private static void write(Path file, String text) {
		try {
			Files.writeString(file, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void delete(Path directory) {
		if (!Files.exists(directory)) {
			return;
		}
		try (Stream<Path> files = Files.walk(directory)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.delete(file);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void awaitAll(List<Process> processes) {
		try (Leash leash = new Leash()) {
			leash.hold(processes.stream().map(Process::pid).toList());
			processes.forEach(Packages::awaitEnd);
			leash.hold(List.of());
		}
	}

	private static void awaitEnd(Process process) {
		try {
			if (process.waitFor() != 0) {
				throw new IllegalStateException("A service could not be prepared: see its target/preparation.log");
			}
		}
		catch (InterruptedException ex) {
			process.destroyForcibly();
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

}
