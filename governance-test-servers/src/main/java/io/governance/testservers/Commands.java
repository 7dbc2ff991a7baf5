package io.governance.testservers;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Runs the tools of the machine, bounded in time.
 */
final class Commands {

	private static final File NOTHING = new File("/dev/null");

	private Commands() {
	}

	/** What a tool left behind. */
	record Result(int status, String output) {

		boolean succeeded() {
			return this.status == 0;
		}

	}

	/** Runs a command in a directory and returns its status and all it printed. */
	static Result run(Path directory, Duration timeout, List<String> command) {
		try {
			Path output = Files.createTempFile("governance-command", ".out");
			try {
				Process process = new ProcessBuilder(command).directory(directory.toFile())
					.redirectErrorStream(true)
					.redirectInput(NOTHING)
					.redirectOutput(output.toFile())
					.start();
				if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
					process.descendants().forEach(ProcessHandle::destroyForcibly);
					process.destroyForcibly().waitFor();
					return new Result(-1, "no end after " + timeout.toSeconds() + " s");
				}
				return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8).strip());
			}
			finally {
				Files.delete(output);
			}
		}
		catch (IOException ex) {
			return new Result(-1, String.valueOf(ex.getMessage()));
		}
		catch (InterruptedException ex) {
			throw interrupted(ex);
		}
	}

	/** Finds a program on a path like that of the shell. */
	static @Nullable Path find(String program, @Nullable String path) {
		return (path == null) ? null
				: Stream.of(path.split(File.pathSeparator))
					.filter((directory) -> !directory.isEmpty())
					.map((directory) -> Path.of(directory, program))
					.filter((file) -> Files.isRegularFile(file) && Files.isExecutable(file))
					.findFirst()
					.orElse(null);
	}

	static IllegalStateException interrupted(InterruptedException ex) {
		Thread.currentThread().interrupt();
		return new IllegalStateException("Interrupted while waiting for a server", ex);
	}

}
