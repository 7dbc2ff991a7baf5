package io.governance.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.lock.HeldLock;
import io.governance.registry.Instance;
import io.governance.registry.Registry;

/**
 * A process of its own that uses the backend of a fixture until it is killed.
 */
final class OtherProcess implements AutoCloseable {

	private static final String READY = "ready";

	private final Process process;

	private final BufferedReader output;

	private OtherProcess(Process process) {
		this.process = process;
		this.output = process.inputReader();
	}

	/** A process that registers an instance {@code 127.0.0.1:port}. */
	static OtherProcess registering(BackendFixture fixture, String namespace, String service, int port) {
		return start(fixture, namespace, "register", service, Integer.toString(port));
	}

	/** A process that holds a lock, and says which token it has. */
	static OtherProcess locking(BackendFixture fixture, String namespace, String lock) {
		return start(fixture, namespace, "lock", lock);
	}

	private static OtherProcess start(BackendFixture fixture, String namespace, String... task) {
		List<String> command = new ArrayList<>(List.of(
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-cp", System.getProperty("java.class.path"),
				OtherProcess.class.getName(), fixture.getClass().getName(), fixture.address(), namespace));
		command.addAll(List.of(task));
		try {
			return new OtherProcess(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No other process could be started", ex);
		}
	}

	/** Waits until it has done what it is for; returns what it said of it. */
	String awaitReady() {
		try {
			String line = this.output.readLine();
			while (line != null && !line.startsWith(READY)) {
				line = this.output.readLine();
			}
			if (line == null) {
				throw new IllegalStateException("The other process ended; its standard error says why");
			}
			return line.substring(READY.length()).strip();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Ends it as {@code kill -9} does. */
	void kill() throws InterruptedException {
		if (!this.process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)) {
			throw new IllegalStateException("Process " + this.process.pid() + " cannot be killed");
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	/**
	 * What the other process does.
	 * @param arguments the class of the fixture, the address, the namespace, the task and
	 * what it needs
	 */
	public static void main(String[] arguments) throws Exception {
		BackendFixture fixture = Class.forName(arguments[0])
			.asSubclass(BackendFixture.class)
			.getConstructor()
			.newInstance();
		endWithParent();
		try (Backend backend = fixture.open(arguments[1], arguments[2])) {
			switch (arguments[3]) {
				case "register" -> {
					Instance instance = Instance.of(arguments[4], "127.0.0.1", Integer.parseInt(arguments[5])).build();
					register(backend.registry(), instance);
					System.out.println(READY);
					new CountDownLatch(1).await();
				}
				case "lock" -> {
					HeldLock lock = backend.lock().acquire(arguments[4], Duration.ofSeconds(60)).orElseThrow();
					System.out.println(READY + " " + lock.fencingToken());
					new CountDownLatch(1).await();
				}
				default -> throw new IllegalArgumentException(arguments[3]);
			}
		}
	}

	/** The first call of a new process may miss its deadline on a busy machine. */
	private static void register(Registry registry, Instance instance) {
		for (int tries = 5; tries > 0; tries--) {
			try {
				registry.put(instance.service(), List.of(instance));
				return;
			}
			catch (BackendUnavailableException ex) {
				if (tries == 1) {
					throw ex;
				}
			}
		}
	}

	/** Nothing is left behind by a build that was killed. */
	private static void endWithParent() {
		ProcessHandle.current()
			.parent()
			.ifPresent((parent) -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
	}

}
