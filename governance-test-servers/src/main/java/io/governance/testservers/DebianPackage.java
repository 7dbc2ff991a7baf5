package io.governance.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A Debian package, unpacked into a cache without being installed. Needs neither root nor
 * package lists of the machine: only its sources, wherever they point.
 */
final class DebianPackage {

	private static final Duration DEADLINE = Duration.ofMinutes(5);

	private static final Path APT = Path.of("/etc/apt");

	private static final Path LISTS = Path.of("/var/lib/apt/lists");

	private final String name;

	private final String binary;

	private final @Nullable String otherSuite;

	private final Path cache;

	private final List<String> companions;

	/**
	 * Describes a package.
	 * @param name its name
	 * @param binary the path of its binary
	 * @param otherSuite a release of Debian that has it if the machine's own has not
	 * @param cache where to unpack it
	 * @param companions other packages that it needs and this machine may not have,
	 * unpacked beside it
	 */
	DebianPackage(String name, String binary, @Nullable String otherSuite, Path cache, String... companions) {
		this.name = name;
		this.binary = binary;
		this.otherSuite = otherSuite;
		this.cache = cache;
		this.companions = List.of(companions);
	}

	/**
	 * Returns the binary, from the cache where it is there.
	 * @throws IllegalStateException saying what was tried if the package cannot be had
	 */
	Path binary() {
		// the lock of a file is held by the whole JVM, so threads need one of their own
		synchronized (DebianPackage.class) {
			try {
				Path unpacked = this.cache.resolve(this.name);
				Path file = unpacked.resolve(this.binary);
				if (!Files.isExecutable(file)) {
					Files.createDirectories(this.cache);
					try (FileChannel channel = FileChannel.open(this.cache.resolve(this.name + ".lock"),
							StandardOpenOption.CREATE, StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
						if (lock.isValid() && !Files.isExecutable(file)) {
							fetch(unpacked);
						}
					}
				}
				return file;
			}
			catch (IOException ex) {
				throw new IllegalStateException("Debian package %s: %s".formatted(this.name, ex), ex);
			}
		}
	}

	private void fetch(Path target) throws IOException {
		if (Commands.find("apt-get", System.getenv("PATH")) == null
				|| Commands.find("dpkg-deb", System.getenv("PATH")) == null) {
			throw new IllegalStateException("this machine has no apt-get and dpkg-deb");
		}
		Path work = Files.createTempDirectory(this.cache, this.name + ".tmp");
		try {
			Path unpacked = Files.createDirectory(work.resolve("unpacked"));
			for (Path file : download(work)) {
				run(work, List.of("dpkg-deb", "--extract", file.toString(), unpacked.toString()));
			}
			if (!Files.isExecutable(unpacked.resolve(this.binary))) {
				throw new IllegalStateException("Debian package %s holds no %s".formatted(this.name, this.binary));
			}
			Files.walkFileTree(target, new DeleteVisitor());
			Files.move(unpacked, target, StandardCopyOption.ATOMIC_MOVE);
		}
		finally {
			Files.walkFileTree(work, new DeleteVisitor());
		}
	}

	private List<Path> download(Path work) throws IOException {
		List<String> failures = new ArrayList<>();
		List<AptSource> candidates = new ArrayList<>();
		List<AptSource> own = AptSources.read(APT).stream().filter(AptSource::isMain).toList();
		if (hasLists()) {
			try {
				return download(work, List.of());
			}
			catch (IllegalStateException ex) {
				failures.add("package lists of this machine: " + ex.getMessage());
			}
		}
		else {
			candidates.addAll(own);
		}
		String other = this.otherSuite;
		if (other != null) {
			own.stream().map((source) -> source.withSuite(other)).forEach(candidates::add);
		}
		for (AptSource candidate : candidates) {
			try {
				return download(work, privateLists(work, candidate));
			}
			catch (IllegalStateException ex) {
				failures.add("suite %s: %s".formatted(String.join(" ", candidate.suites()), ex.getMessage()));
			}
		}
		if (own.isEmpty()) {
			failures.add("no source of Debian packages is set up in " + APT);
		}
		throw new IllegalStateException(String.join("; ", failures));
	}

	private List<Path> download(Path work, List<String> options) throws IOException {
		List<String> command = new ArrayList<>(List.of("apt-get"));
		command.addAll(options);
		// as root, apt would fetch as a user that cannot write here
		command.addAll(List.of("-o", "APT::Sandbox::User=root", "download", this.name));
		command.addAll(this.companions);
		run(work, command);
		try (Stream<Path> files = Files.list(work)) {
			List<Path> downloaded = files.filter((file) -> file.toString().endsWith(".deb")).toList();
			if (downloaded.size() <= this.companions.size()) {
				throw new IllegalStateException("apt-get did not download everything");
			}
			return downloaded;
		}
	}

	private static List<String> privateLists(Path work, AptSource source) throws IOException {
		Path home = Files.createTempDirectory(work, "apt");
		Path parts = Files.createDirectories(home.resolve("sources"));
		Files.createDirectories(home.resolve("state/lists/partial"));
		Files.createDirectories(home.resolve("cache/archives/partial"));
		Files.writeString(parts.resolve("private.sources"), source.toDeb822());
		List<String> options = List.of("-o", "Dir::State=" + home.resolve("state"), "-o",
				"Dir::State::status=/var/lib/dpkg/status", "-o", "Dir::Cache=" + home.resolve("cache"), "-o",
				"Dir::Etc::sourcelist=/dev/null", "-o", "Dir::Etc::sourceparts=" + parts, "-o",
				"APT::Sandbox::User=root", "-o", "Acquire::Languages=none");
		List<String> update = new ArrayList<>(List.of("apt-get"));
		update.addAll(options);
		update.add("update");
		run(work, update);
		return options;
	}

	private static boolean hasLists() throws IOException {
		if (!Files.isDirectory(LISTS)) {
			return false;
		}
		try (Stream<Path> files = Files.list(LISTS)) {
			return files.anyMatch((file) -> file.getFileName().toString().contains("_Packages"));
		}
	}

	private static void run(Path directory, List<String> command) {
		Commands.Result result = Commands.run(directory, DEADLINE, command);
		if (!result.succeeded()) {
			List<String> lines = result.output().lines().toList();
			throw new IllegalStateException(command.get(0) + ": "
					+ String.join(" ", lines.subList(Math.max(0, lines.size() - 3), lines.size())));
		}
	}

}
