package io.governance.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.local.LocalBackendFactory;
import io.governance.local.LocalSettings;
import org.jspecify.annotations.Nullable;

/** The local backend over a directory that lives as long as the fixture. */
public final class LocalFixture implements BackendFixture {

	private @Nullable Path home;

	@Override
	public String address() {
		return home().resolve("fleet").toString();
	}

	private synchronized Path home() {
		try {
			if (this.home == null) {
				this.home = Files.createTempDirectory("governance-contract");
				Files.createDirectory(this.home.resolve("fleet"));
			}
			return this.home;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public Backend open(String address, String namespace) {
		LocalSettings settings = new LocalSettings(address, null, Duration.ofSeconds(4), null);
		return new LocalBackendFactory().create(BackendEnvironment.of("local", namespace, settings));
	}

	@Override
	public FaultyConnection connect() {
		return new Link(Path.of(address()), home().resolve("way" + System.nanoTime()));
	}

	@Override
	public Duration lease() {
		return Duration.ofSeconds(7);
	}

	/** The operating system frees them. */
	@Override
	public Duration lockLease() {
		return Duration.ofSeconds(4);
	}

	@Override
	public Duration detection() {
		return Duration.ofSeconds(5);
	}

	@Override
	public boolean lockHangsOnConnection() {
		return false;
	}

	@Override
	public void close() {
		if (this.home != null) {
			try (Stream<Path> all = Files.walk(this.home)) {
				List<Path> paths = all.sorted(Comparator.reverseOrder()).toList();
				for (Path path : paths) {
					Files.deleteIfExists(path);
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	/** A symbolic link, in whose place there is a file while the way is cut. */
	private record Link(Path directory, Path link) implements FaultyConnection {

		Link {
			replace(link, (path) -> Files.createSymbolicLink(path, directory));
		}

		@Override
		public String address() {
			return this.link.toString();
		}

		@Override
		public void cut() {
			replace(this.link, Files::createFile);
		}

		@Override
		public void restore() {
			replace(this.link, (path) -> Files.createSymbolicLink(path, this.directory));
		}

		@Override
		public void close() {
			cut();
		}

		private static void replace(Path link, Creator creator) {
			Path next = link.resolveSibling(link.getFileName() + ".next");
			try {
				creator.create(next);
				Files.move(next, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

	/** Makes what a path is to be. */
	@FunctionalInterface
	private interface Creator {

		Path create(Path path) throws IOException;

	}

}
