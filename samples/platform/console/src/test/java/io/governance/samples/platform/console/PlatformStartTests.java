package io.governance.samples.platform.console;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/** A platform that does not start. */
@Timeout(60)
class PlatformStartTests {

	@Test
	void startThatFailsLeavesNothingOpen(@TempDir Path work) {
		Set<Thread> threads = Thread.getAllStackTraces().keySet();
		Set<ProcessHandle> processes = children();
		assertThatIllegalArgumentException().isThrownBy(() -> new Platform(new Packages(work), work, "none", 0))
			.withMessageContaining("'none'");
		await().pollInSameThread().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			assertThat(Thread.getAllStackTraces().keySet()).filteredOn((thread) -> !thread.isDaemon())
				.isSubsetOf(threads);
			assertThat(children()).isSubsetOf(processes);
		});
	}

	@Test
	void portThatIsInUseIsToldBeforeAnythingStarts(@TempDir Path work) throws IOException {
		try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			int port = other.getLocalPort();
			assertThatIllegalStateException().isThrownBy(() -> new Platform(new Packages(work), work, "none", port))
				.withMessageContaining("Port " + port)
				.withMessageContaining("--port");
		}
	}

	private static Set<ProcessHandle> children() {
		return ProcessHandle.current().children().collect(Collectors.toSet());
	}

}
