package io.governance.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** There is no server to kill: a file takes the place of its directory. */
class LocalChurnTests extends ChurnContract {

	private final LocalFixture fixture = new LocalFixture();

	@Override
	protected BackendFixture fixture() {
		return this.fixture;
	}

	@Override
	protected void kill() {
		try {
			Files.move(directory(), away());
			Files.createFile(directory());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	protected void restart() {
		try {
			Files.delete(directory());
			Files.move(away(), directory());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Path directory() {
		return Path.of(this.fixture.address());
	}

	private Path away() {
		return directory().resolveSibling("away");
	}

}
