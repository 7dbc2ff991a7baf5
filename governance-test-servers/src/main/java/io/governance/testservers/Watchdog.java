package io.governance.testservers;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A shell that outlives this JVM by a moment: it reads from it which process to watch,
 * and when the pipe ends, for whatever reason, it ends that process and deletes the
 * server's files.
 */
final class Watchdog implements AutoCloseable {

	private static final String NOBODY = "-";

	private static final String SCRIPT = """
			trap '' INT TERM HUP
			last=-
			while read -r id; do last=$id; done
			if [ "$last" != - ]; then $1 "$last"; sleep 0.2; fi
			rm -rf -- "$2"
			""";

	private final Process shell;

	/**
	 * Creates a watchdog.
	 * @param end the command that ends what is watched, its name or number appended
	 * @param home the directory to delete in the end
	 */
	Watchdog(String end, Path home) {
		try {
			this.shell = new ProcessBuilder("sh", "-c", SCRIPT, "governance-watchdog", end, home.toString())
				.redirectOutput(Redirect.DISCARD)
				.redirectError(Redirect.DISCARD)
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void watch(String id) {
		tell(id);
	}

	void release() {
		tell(NOBODY);
	}

	private void tell(String line) {
		try {
			OutputStream pipe = this.shell.getOutputStream();
			pipe.write((line + "\n").getBytes(StandardCharsets.UTF_8));
			pipe.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The watchdog of a server is gone", ex);
		}
	}

	@Override
	public void close() {
		try {
			this.shell.getOutputStream().close();
			if (!this.shell.waitFor(10, TimeUnit.SECONDS)) {
				this.shell.destroyForcibly();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			this.shell.destroyForcibly();
			throw Commands.interrupted(ex);
		}
	}

}
