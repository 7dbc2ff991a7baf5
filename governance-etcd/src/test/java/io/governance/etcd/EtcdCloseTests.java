package io.governance.etcd;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.governance.backend.Backend;
import io.governance.config.DocumentId;
import io.governance.registry.Instance;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.RecordingInstancesListener;
import io.governance.testkit.ThreadDifference;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What is left of a backend, and how many threads it takes.
 */
@Timeout(60)
class EtcdCloseTests {

	private final String namespace = "t" + UUID.randomUUID().toString().substring(0, 8);

	private final DocumentId id = new DocumentId(this.namespace, "default", "orders.yaml");

	private void use(Backend backend) throws InterruptedException {
		RecordingConfigListener documents = new RecordingConfigListener();
		RecordingInstancesListener instances = new RecordingInstancesListener();
		backend.config().watch(Set.of(this.id), documents);
		backend.discovery().watch("orders", instances);
		backend.registry().put("orders", List.of(Instance.of("orders", "127.0.0.1", 80).id("o-1").build()));
		assertThat(backend.lock().acquire("batch-" + UUID.randomUUID(), Duration.ZERO)).isPresent();
		await().pollInSameThread().until(() -> !documents.deliveries().isEmpty() && instances.shows("o-1"));
	}

	@Test
	@DisplayName("F37 closing leaves no thread, neither of ours nor of the client, also while the server hangs")
	void closingLeavesNoThread() throws Exception {
		try (EtcdServer server = EtcdServer.own()) {
			ThreadDifference threads = ThreadDifference.fromNow(new EtcdFixture().lastingThreads());
			Backend backend = Etcds.open(server.address(), this.namespace);
			use(backend);
			assertThat(threads.begun()).anyMatch((name) -> name.startsWith("governance-etcd-"));
			backend.close();
			await().pollInSameThread()
				.atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(threads.begun()).isEmpty());
			Backend second = Etcds.open(server.address(), this.namespace);
			use(second);
			server.pause();
			long start = System.nanoTime();
			second.close();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
			await().pollInSameThread()
				.atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(threads.begun()).isEmpty());
			server.resume();
			second.close();
			assertThatIllegalStateException().isThrownBy(() -> second.config().watch(Set.of(this.id), (documents) -> {
			}));
		}
	}

	@Test
	void threadsAreBoundedWhateverIsWatched() throws Exception {
		ThreadDifference threads = ThreadDifference.fromNow(new EtcdFixture().lastingThreads());
		try (Backend backend = Etcds.open(EtcdServer.shared().address(), this.namespace)) {
			List<RecordingInstancesListener> services = new ArrayList<>();
			RecordingConfigListener documents = new RecordingConfigListener();
			for (int i = 0; i < 500; i++) {
				RecordingInstancesListener listener = new RecordingInstancesListener();
				services.add(listener);
				backend.discovery().watch("service-" + i, listener);
				backend.config().watch(Set.of(new DocumentId(this.namespace, "default", "d" + i)), documents);
			}
			await().pollInSameThread()
				.until(() -> services.stream().allMatch((listener) -> listener.shows())
						&& documents.deliveries().size() == 500);
			assertThat(threads.begun()).hasSizeLessThanOrEqualTo(64);
			backend.registry()
				.put("service-499", List.of(Instance.of("service-499", "127.0.0.1", 80).id("o-1").build()));
			await().pollInSameThread().until(() -> services.get(499).shows("o-1"));
		}
	}

}
