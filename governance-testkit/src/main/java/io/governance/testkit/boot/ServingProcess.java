package io.governance.testkit.boot;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An instance that is a process of its own. */
final class ServingProcess implements AutoCloseable {

	private final String id;

	private final Process process;

	private final BufferedReader output;

	private final Thread reader;

	private volatile boolean ready;

	ServingProcess(String id, Map<String, String> properties) {
		this.id = id;
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-cp",
						System.getProperty("java.class.path"), ServingApplication.class.getName()));
		properties.forEach((key, value) -> command.add("--" + key + "=" + value));
		command.add("--governance.registry.instance.id=" + id);
		try {
			this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No instance could be started", ex);
		}
		this.output = this.process.inputReader();
		this.reader = new Thread(this::read, "output of " + id);
		this.reader.setDaemon(true);
		this.reader.start();
	}

	private void read() {
		try {
			for (String line = this.output.readLine(); line != null; line = this.output.readLine()) {
				if (line.equals(ServingApplication.READY)) {
					this.ready = true;
				}
				else {
					System.out.println(this.id + ": " + line);
				}
			}
		}
		catch (IOException ex) {
			// It was killed.
		}
	}

	String id() {
		return this.id;
	}

	/** Whether it accepts traffic. */
	boolean isReady() {
		if (!this.ready && !this.process.isAlive()) {
			throw new IllegalStateException(this.id + " ended; its output says why");
		}
		return this.ready;
	}

	/** As {@code kill -9}; waits for its end. */
	void kill() throws InterruptedException {
		await(this.process.destroyForcibly());
	}

	/** By SIGTERM; waits for its end. */
	void stop() throws InterruptedException {
		this.process.destroy();
		await(this.process);
	}

	private void await(Process process) throws InterruptedException {
		if (!process.waitFor(40, TimeUnit.SECONDS)) {
			throw new IllegalStateException("Process " + process.pid() + " does not end");
		}
	}

	@Override
	public void close() {
		try {
			// Not by onExit(): of a process that has ended, that waits for whoever has
			// its number.
			kill();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
