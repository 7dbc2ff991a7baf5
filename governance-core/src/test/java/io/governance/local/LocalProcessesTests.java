package io.governance.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.governance.Attempts;
import io.governance.config.Author;
import io.governance.config.ConfigDocuments;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Several processes share the directory. */
@Timeout(300)
class LocalProcessesTests {

	private static final DocumentId LEFT = new DocumentId("dev", "shop", "left");

	private static final DocumentId RIGHT = new DocumentId("dev", "shop", "right");

	/** Long enough for another process to start. */
	private static final Duration START = Duration.ofSeconds(60);

	/** The lease of another process, and a second. */
	private static final Duration PROMPT = Duration.ofSeconds(2);

	@RegisterExtension
	final LocalBackends backends = new LocalBackends();

	@TempDir
	Path directory;

	private final RecordingInstancesListener listener = new RecordingInstancesListener();

	@Test
	void twoProcessesLoseNoIncrement() throws Exception {
		DocumentId counter = new DocumentId("dev", "shop", "counter");
		LocalBackend backend = this.backends.open(this.directory);
		backend.config().publish(List.of(Publication.put(counter, "0")), Author.of("test"));
		try (OtherProcess other = OtherProcess.start("increment", this.directory, "50")) {
			other.awaitReady();
			OtherProcess.increment(backend.config(), counter, 50);
			assertThat(other.awaitEnd()).isZero();
		}
		assertThat(backend.config().get(Set.of(counter)).find(counter).orElseThrow().text()).isEqualTo("100");
	}

	@Test
	void instanceOfAnotherProcessIsSeenAndGoneWithinItsLeaseAndASecondAfterKill() throws Exception {
		LocalBackend backend = openWithLongLease();
		backend.discovery().watch("orders", this.listener);
		backend.registry().put("orders", List.of(Instance.of("orders", "127.0.0.1", 8000).build()));
		assertThat(Attempts.fastest(PROMPT, this::goneAfterKill)).isLessThanOrEqualTo(PROMPT);
	}

	private Duration goneAfterKill() throws Exception {
		try (OtherProcess other = OtherProcess.start("register", this.directory, "orders", "8001")) {
			await().atMost(START).until(() -> this.listener.shows("127.0.0.1:8000", "127.0.0.1:8001"));
			other.kill();
			long killed = System.nanoTime();
			await().until(() -> this.listener.shows("127.0.0.1:8000"));
			return Duration.ofNanos(System.nanoTime() - killed);
		}
	}

	/** The lease of whoever watches is not to matter. */
	private LocalBackend openWithLongLease() {
		return this.backends.open(this.directory, Duration.ofMinutes(1), Duration.ofSeconds(1), true);
	}

	@Test
	void instanceOfAStoppedProcessIsGoneAndComesBackWithIt() throws Exception {
		LocalBackend backend = openWithLongLease();
		backend.discovery().watch("orders", this.listener);
		try (OtherProcess other = OtherProcess.start("register", this.directory, "orders", "8001")) {
			await().atMost(START).until(() -> this.listener.shows("127.0.0.1:8001"));
			other.signal("STOP");
			await().atMost(Duration.ofSeconds(10)).until(() -> this.listener.shows());
			other.signal("CONT");
			await().atMost(Duration.ofSeconds(10)).until(() -> this.listener.shows("127.0.0.1:8001"));
		}
	}

	@Test
	@DisplayName("Documents published together are whole for everybody, however often their publisher is killed")
	void killedPublisherLeavesNoHalf() throws Exception {
		LocalBackend backend = this.backends.open(this.directory);
		RecordingConfigListener told = new RecordingConfigListener();
		backend.config().watch(Set.of(LEFT, RIGHT), told);
		await().until(() -> !told.deliveries.isEmpty());
		for (int round = 0; round < 4; round++) {
			int before = told.deliveries.size();
			try (OtherProcess other = OtherProcess.start("pairs", this.directory)) {
				await().atMost(START).until(() -> told.deliveries.size() > before + 5);
				other.kill();
			}
			ConfigDocuments left = backend.config().get(Set.of(LEFT, RIGHT));
			assertThat(left.find(LEFT).orElseThrow().text()).isEqualTo(left.find(RIGHT).orElseThrow().text());
		}
		backend.config()
			.publish(List.of(Publication.put(LEFT, "last"), Publication.put(RIGHT, "last")), Author.of("test"));
		await().until(() -> told.latest(LEFT).equals("last"));
		assertThat(told.texts(LEFT)).isEqualTo(told.texts(RIGHT));
		assertThat(Files.exists(this.directory.resolve(".governance/publish/pending.json"))).isFalse();
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
	}

}
