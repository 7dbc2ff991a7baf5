package io.governance.consul;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

import io.governance.backend.Backend;
import io.governance.registry.Instance;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;

import static org.assertj.core.api.Assertions.assertThat;

/** A process of its own that keeps the instance {@code o-1} of orders registered. */
final class RegisteredProcess {

	private RegisteredProcess() {
	}

	static Owner start(String address, String namespace, String... options) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
		command.addAll(List.of(options));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), RegisteredProcess.class.getName(), address,
				namespace));
		return new Owner(new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start());
	}

	/**
	 * What the process does.
	 * @param arguments the address and the namespace
	 */
	public static void main(String[] arguments) throws InterruptedException {
		// Nothing is left behind by a build that was killed.
		ProcessHandle.current()
			.parent()
			.ifPresent((parent) -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
		try (Backend backend = ConsulFixture.backend(arguments[1],
				ConsulFixture.settings(List.of(arguments[0]), null, Duration.ofSeconds(3)));
				RegistrationKeeper keeper = new RegistrationKeeper(backend.registry(), RegistrationSettings.DEFAULTS,
						(event) -> {
						}, new Random(), System::nanoTime)) {
			keeper.register(Instance.of("orders", "127.0.0.1", 8080).id("o-1").build());
			new CountDownLatch(1).await();
		}
	}

	/** The process as its parent sees it. */
	static final class Owner implements AutoCloseable {

		private final Process process;

		private Owner(Process process) {
			this.process = process;
		}

		void signal(String name) throws Exception {
			assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(this.process.pid())).start().waitFor())
				.isZero();
		}

		@Override
		public void close() {
			try {
				// Not by onExit(): of a process that has ended, that waits for whoever
				// has its number.
				this.process.destroyForcibly().waitFor();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
