package io.governance.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigStore;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;

/** A process of its own that shares the directory with a test. */
final class OtherProcess implements AutoCloseable {

	private static final String READY = "ready";

	private final Process process;

	private final BufferedReader output;

	private OtherProcess(Process process) {
		this.process = process;
		this.output = process.inputReader();
	}

	static OtherProcess start(String task, Path directory, String... arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
						OtherProcess.class.getName(), task, directory.toString()));
		command.addAll(List.of(arguments));
		return new OtherProcess(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
	}

	void awaitReady() {
		try {
			String line = this.output.readLine();
			while (line != null && !line.equals(READY)) {
				line = this.output.readLine();
			}
			if (line == null) {
				throw new IllegalStateException("The other process ended");
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	int awaitEnd() throws InterruptedException {
		return this.process.waitFor();
	}

	/** Ends it as {@code kill -9} does. */
	void kill() throws InterruptedException {
		this.process.destroyForcibly().waitFor();
	}

	void signal(String name) throws IOException, InterruptedException {
		new ProcessBuilder("kill", "-" + name, Long.toString(this.process.pid())).inheritIO().start().waitFor();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	public static void main(String[] arguments) throws Exception {
		Path directory = Path.of(arguments[1]);
		LocalSettings settings = new LocalSettings(directory.toString(), null, Duration.ofSeconds(1), null);
		try (LocalBackend backend = new LocalBackend("local", "dev", settings, InstantSource.system(), true)) {
			System.out.println(READY);
			switch (arguments[0]) {
				case "increment" -> increment(backend.config(), new DocumentId("dev", "shop", "counter"),
						Integer.parseInt(arguments[2]));
				case "pairs" -> pairs(backend.config());
				case "register" -> register(backend, arguments[2], Integer.parseInt(arguments[3]));
				default -> throw new IllegalArgumentException(arguments[0]);
			}
		}
	}

	static void increment(ConfigStore store, DocumentId id, int times) throws IOException {
		for (int i = 0; i < times;) {
			ConfigDocument current = store.get(Set.of(id)).find(id).orElseThrow();
			String next = Integer.toString(Integer.parseInt(current.text()) + 1);
			try {
				store.publish(List.of(Publication.put(id, next).expecting(current.revision())), Author.of("counter"));
				i++;
			}
			catch (ConflictException ex) {
				// Somebody else was faster.
			}
		}
	}

	private static void pairs(ConfigStore store) {
		for (int i = 0;; i++) {
			store.publish(List.of(Publication.put(new DocumentId("dev", "shop", "left"), "pair: " + i),
					Publication.put(new DocumentId("dev", "shop", "right"), "pair: " + i)), Author.of("pairs"));
		}
	}

	private static void register(LocalBackend backend, String service, int port) throws InterruptedException {
		backend.registry().put(service, List.of(Instance.of(service, "127.0.0.1", port).build()));
		new CountDownLatch(1).await();
	}

}
