package io.governance.samples.platform.console;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole story with longer phases, on each real server as well.
 */
@Timeout(900)
@Tag("soak")
class ServerStoryTests {

	@TempDir(factory = TargetDirectory.class, cleanup = CleanupMode.ON_SUCCESS)
	Path work;

	@Test
	void noRequestFailsOnTheLocalBackend() throws IOException {
		tell("local");
	}

	@Test
	void noRequestFailsOnConsul() throws IOException {
		tell("consul");
	}

	@Test
	void noRequestFailsOnEtcd() throws IOException {
		tell("etcd");
	}

	@Test
	void noRequestFailsOnNacos() throws IOException {
		tell("nacos");
	}

	private void tell(String backend) throws IOException {
		try (Platform platform = new Platform(new Packages(PlatformTests.HOME).prepare(), this.work, backend,
				PlatformTests.freePort())) {
			platform.start();
			Story story = new Story(backend, platform, Duration.ofSeconds(10), Duration.ofSeconds(30));
			try {
				story.tell();
			}
			finally {
				story.write();
			}
		}
	}

}
