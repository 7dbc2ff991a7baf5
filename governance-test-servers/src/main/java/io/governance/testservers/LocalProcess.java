package io.governance.testservers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server that runs as a child of this JVM.
 */
final class LocalProcess implements ServerProcess {

	private static final Duration SHORT = Duration.ofSeconds(10);

	private final Process process;

	LocalProcess(Process process) {
		this.process = process;
	}

	@Override
	public String id() {
		return Long.toString(this.process.pid());
	}

	@Override
	public boolean isAlive() {
		return this.process.isAlive();
	}

	@Override
	public boolean endsWithin(Duration time) {
		try {
			return this.process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			throw Commands.interrupted(ex);
		}
	}

	@Override
	public void kill() {
		this.process.destroyForcibly();
	}

	@Override
	public void terminate() {
		this.process.destroy();
	}

	@Override
	public void pause() {
		signal("STOP");
		long start = System.nanoTime();
		while (!isFrozen()) {
			if (endsWithin(Duration.ofMillis(5)) || System.nanoTime() - start > SHORT.toNanos()) {
				throw new IllegalStateException("Process %s did not freeze".formatted(id()));
			}
		}
	}

	@Override
	public void resume() {
		signal("CONT");
	}

	private void signal(String name) {
		Commands.Result result = Commands.run(Path.of("/"), SHORT, List.of("sh", "-c", "kill -" + name + " " + id()));
		if (!result.succeeded()) {
			throw new IllegalStateException("SIG%s to process %s: %s".formatted(name, id(), result.output()));
		}
	}

	private boolean isFrozen() {
		Path stat = Path.of("/proc", id(), "stat");
		try {
			// "pid (name) state ...": the name may hold anything, also parentheses
			String text = Files.readString(stat);
			return text.startsWith(") T", text.lastIndexOf(')'));
		}
		catch (IOException ex) {
			// no /proc on this system: the signal was sent, more cannot be known
			return !Files.exists(Path.of("/proc/self/stat"));
		}
	}

}
