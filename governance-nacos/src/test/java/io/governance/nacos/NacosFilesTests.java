package io.governance.nacos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.RecordingInstancesListener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process that uses the backend, and what it leaves on its disk.
 */
@Timeout(180)
class NacosFilesTests {

	@Test
	@DisplayName("(c)6 Client trap (snapshots, failover files, logs): no file is written: no log, no snapshot, no cache, no failover file")
	void noFileIsWritten(@TempDir Path directory) throws Exception {
		Path home = Files.createDirectory(directory.resolve("home"));
		Path temporary = Files.createDirectory(directory.resolve("tmp"));
		Path work = Files.createDirectory(directory.resolve("work"));
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Duser.home=" + home, "-Djava.io.tmpdir=" + temporary, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
				"-Xmx256m", "-cp", System.getProperty("java.class.path"), User.class.getName(),
				new NacosFixture().address())
			.directory(work.toFile())
			.redirectErrorStream(true)
			.redirectOutput(directory.resolve("output").toFile())
			.start();
		try {
			assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
			assertThat(process.exitValue()).as(Files.readString(directory.resolve("output"))).isZero();
		}
		finally {
			process.destroyForcibly();
		}
		for (Path part : List.of(home, temporary, work)) {
			try (Stream<Path> files = Files.walk(part)) {
				assertThat(files).containsExactly(part);
			}
		}
	}

	/** Does what there is to be done. */
	static final class User {

		private User() {
		}

		/**
		 * Runs.
		 * @param arguments the address of the server
		 */
		public static void main(String[] arguments) {
			DocumentId id = new DocumentId("files", "shop", "orders.yaml");
			RecordingConfigListener documents = new RecordingConfigListener();
			RecordingInstancesListener instances = new RecordingInstancesListener();
			try (Backend backend = new NacosFixture().open(arguments[0], "files")) {
				backend.config().watch(Set.of(id), documents);
				backend.discovery().watch("orders", instances);
				backend.config().publish(List.of(Publication.put(id, "a: 1")), Author.of("alice"));
				backend.registry().put("orders", List.of(Instance.of("orders", "127.0.0.1", 8001).build()));
				backend.config().list("files", "shop");
				Awaitility.await()
					.until(() -> documents.latest(id).equals("a: 1") && instances.shows("127.0.0.1:8001"));
				backend.config().publish(List.of(Publication.delete(id)), Author.of("alice"));
			}
			System.exit(0);
		}

	}

}
