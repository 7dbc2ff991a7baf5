package io.governance.samples.platform.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A directory. While it is stopped, it is elsewhere, and a file is in its place.
 */
record LocalRegistry(Path directory) implements RegistryServer {

	LocalRegistry {
		try {
			Files.createDirectories(directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public List<String> properties() {
		return List.of("governance.local.directory=" + this.directory);
	}

	@Override
	public void stop() {
		try {
			Files.move(this.directory, away());
			Files.createFile(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void restore() {
		try {
			Files.delete(this.directory);
			Files.move(away(), this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Path away() {
		return this.directory.resolveSibling(this.directory.getFileName() + ".away");
	}

	@Override
	public void close() {
		if (Files.isDirectory(away())) {
			restore();
		}
	}

}
