package io.governance.testservers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The life of a server, with a shell in the place of one.
 */
@Timeout(60)
class ManagedServerTests {

	private static final Program SHELL = new BinaryProgram(Path.of("/bin/sh"));

	@Test
	void keepsItsDataWhenKilledAndLosesThemWhenWiped() throws IOException {
		try (ManagedServer server = new ManagedServer(
				new Script("echo started >> data/file; touch ready; exec sleep 600"), SHELL)) {
			Path file = server.log().resolveSibling("data/file");
			server.start();
			server.kill();
			assertThat(server.isRunning()).isFalse();
			server.start();
			assertThat(Files.readAllLines(file)).hasSize(2);
			assertThatIllegalStateException().isThrownBy(server::wipe).withMessageContaining("runs");
			server.stop();
			server.wipe();
			server.start();
			assertThat(Files.readAllLines(file)).hasSize(1);
		}
	}

	@Test
	void stopsAServerThatIsFrozen() {
		try (ManagedServer server = new ManagedServer(
				new Script("echo started >> data/file; touch ready; exec sleep 600"), SHELL)) {
			server.start();
			server.pause();
			server.stop();
			assertThat(server.isRunning()).isFalse();
		}
	}

	@Test
	void leavesNothingBehind() {
		ManagedServer server = new ManagedServer(new Script("echo started >> data/file; touch ready; exec sleep 600"),
				SHELL);
		server.start();
		server.close();
		assertThat(server.isRunning()).isFalse();
		assertThat(server.log().getParent()).doesNotExist();
		assertThatIllegalStateException().isThrownBy(server::start).withMessageContaining("closed");
	}

	@Test
	void showsTheEndOfTheLogWhenItDoesNotStart() {
		try (ManagedServer server = new ManagedServer(new Script("echo no such flag; exit 3"), SHELL)) {
			assertThatIllegalStateException().isThrownBy(server::start)
				.withMessageContaining("ended while it started")
				.withMessageContaining("no such flag");
		}
	}

	@Test
	void showsTheEndOfTheLogWhenItDoesNotGetReadyInTime() {
		Script script = new Script("echo waiting for a leader; exec sleep 600", Duration.ofSeconds(2));
		try (ManagedServer server = new ManagedServer(script, SHELL)) {
			assertThatIllegalStateException().isThrownBy(server::start)
				.withMessageContaining("not ready after 2 s")
				.withMessageContaining("waiting for a leader");
			assertThat(server.isRunning()).isFalse();
		}
	}

	@Test
	void takesOtherPortsOnAClashUnlessItsAddressIsKnown() {
		String script = "if [ -e clashed ]; then echo started >> data/file; touch ready; exec sleep 600; fi; "
				+ "touch clashed; echo 'bind: address already in use'; exit 1";
		Script known = new Script(script);
		try (ManagedServer server = new ManagedServer(known, SHELL)) {
			String address = server.address();
			server.start();
			assertThat(server.address()).isEqualTo(address);
			assertThat(known.starts).hasValue(2);
		}
		Script unknown = new Script(script);
		try (ManagedServer server = new ManagedServer(unknown, SHELL)) {
			server.start();
			assertThat(server.address()).isEqualTo("test://" + unknown.lastPort);
			assertThat(unknown.lastPort).isNotEqualTo(unknown.firstPort);
		}
	}

	@Test
	void isNotDisturbedWhereItIsShared() {
		SharedServer server = new SharedServer("http://localhost:1", null);
		server.start();
		server.close();
		assertThat(server.isRunning()).isTrue();
		assertThatThrownBy(server::kill).isInstanceOf(UnsupportedOperationException.class);
		assertThatThrownBy(server::wipe).isInstanceOf(UnsupportedOperationException.class);
	}

	/** Ready once it says so by a file. */
	private static final class Script implements ServerKind {

		private final AtomicInteger starts = new AtomicInteger();

		private final String script;

		private final Duration startDeadline;

		private int firstPort;

		private int lastPort;

		private Path home = Path.of("/");

		private Script(String script) {
			this(script, Duration.ofSeconds(30));
		}

		private Script(String script, Duration startDeadline) {
			this.script = script;
			this.startDeadline = startDeadline;
		}

		@Override
		public String name() {
			return "script";
		}

		@Override
		public int[] portOffsets() {
			return new int[] { 0 };
		}

		@Override
		public String address(int port) {
			return "test://" + port;
		}

		@Override
		public Duration startDeadline() {
			return this.startDeadline;
		}

		@Override
		public List<String> arguments(int port, Path home) throws IOException {
			Files.deleteIfExists(home.resolve("ready"));
			if (this.starts.incrementAndGet() == 1) {
				this.firstPort = port;
			}
			this.lastPort = port;
			this.home = home;
			return List.of("-c", this.script);
		}

		@Override
		public boolean isReady(int port) {
			return Files.exists(this.home.resolve("ready"));
		}

	}

}
