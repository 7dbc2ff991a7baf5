package io.governance.etcd;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.etcd.EtcdFront.Fate;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testservers.EtcdServer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Documents that somebody begins to watch while others of the same namespace are watched.
 */
@Timeout(60)
class EtcdNewWatchTests {

	private final String namespace = "n" + UUID.randomUUID().toString().substring(0, 8);

	private final DocumentId a = id("a.yaml");

	private final DocumentId b = id("b.yaml");

	private EtcdFront front;

	private Backend behind;

	private Backend publisher;

	@BeforeEach
	void open() {
		this.front = new EtcdFront(EtcdServer.shared().address());
		this.behind = Etcds.open(this.front.address(), this.namespace);
		this.publisher = Etcds.open(EtcdServer.shared().address(), this.namespace);
	}

	@AfterEach
	void close() {
		this.behind.close();
		this.publisher.close();
		this.front.close();
	}

	private DocumentId id(String name) {
		return new DocumentId(this.namespace, "default", name);
	}

	private void publish(Publication... publications) {
		this.publisher.config().publish(List.of(publications), Author.of("test"));
	}

	private RecordingConfigListener watch(DocumentId... ids) {
		RecordingConfigListener listener = new RecordingConfigListener();
		this.behind.config().watch(Set.of(ids), listener);
		return listener;
	}

	private static ConditionFactory soon() {
		return await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(10));
	}

	private void awaitText(RecordingConfigListener listener, DocumentId id, String text) {
		soon().untilAsserted(() -> assertThat(listener.latest(id)).isEqualTo(text));
	}

	@Test
	void newWatchReadsOnlyItsOwnDocuments() {
		Set<DocumentId> many = new HashSet<>();
		for (int i = 0; i < 300; i++) {
			many.add(id("d" + i + ".yaml"));
		}
		publish(Publication.put(this.a, "a: 1"));
		RecordingConfigListener first = watch(many.toArray(DocumentId[]::new));
		soon().until(() -> !first.deliveries().isEmpty());
		soon().until(() -> this.front.watches() == 1);
		assertThat(this.front.keysRead()).isEqualTo(300);
		RecordingConfigListener second = watch(this.a);
		awaitText(second, this.a, "a: 1");
		RecordingConfigListener third = watch(this.b);
		awaitText(third, this.b, RecordingConfigListener.ABSENT);
		assertThat(this.front.keysRead()).isEqualTo(2);
		RecordingConfigListener both = watch(this.a, this.b);
		awaitText(both, this.a, "a: 1");
		assertThat(this.front.keysRead()).as("known by then").isZero();
		publish(Publication.put(this.a, "a: 2"), Publication.put(this.b, "b: 2"));
		awaitText(second, this.a, "a: 2");
		awaitText(third, this.b, "b: 2");
		awaitText(both, this.b, "b: 2");
		publish(Publication.delete(this.b));
		awaitText(third, this.b, RecordingConfigListener.ABSENT);
		awaitText(both, this.b, RecordingConfigListener.ABSENT);
		assertThat(both.deliveries()).as("what was published together came together").hasSize(3);
		assertThat(first.deliveries()).hasSize(1);
		assertThat(this.front.watches()).as("one watch for the namespace").isEqualTo(1);
		assertThat(this.front.keysRead()).isZero();
	}

	@Test
	void newWatchThatOvertakesTheOldOneShowsWhatBelongsTogether() {
		this.front.watches((number) -> Fate.LATE);
		publishBoth("10");
		RecordingConfigListener first = watch(this.a, this.b);
		awaitText(first, this.a, "10");
		for (int i = 1; i <= 5; i++) {
			publishBoth(i + "1");
			publishBoth(i + "2");
			RecordingConfigListener other = watch(this.a, id("c" + i));
			RecordingConfigListener both = watch(this.a, this.b, id("c" + i));
			soon().until(() -> !other.deliveries().isEmpty() && !both.deliveries().isEmpty());
			assertThat(other.texts(this.a)).containsExactly(i + "2");
			assertThat(both.texts(this.a)).isEqualTo(both.texts(this.b)).containsExactly(i + "2");
		}
		publishBoth("60");
		awaitText(first, this.b, "60");
		assertThat(first.texts(this.a)).isEqualTo(first.texts(this.b)).isSorted();
	}

	private void publishBoth(String text) {
		publish(Publication.put(this.a, text), Publication.put(this.b, text));
	}

	@Test
	void whatANewWatchHasReadIsNotFollowedByWhatWasBefore() {
		this.front.watches((number) -> Fate.LATE);
		RecordingConfigListener first = watch(this.a);
		awaitText(first, this.a, RecordingConfigListener.ABSENT);
		soon().until(() -> this.front.watches() == 1);
		publish(Publication.put(this.b, "b: 1"));
		publish(Publication.delete(this.b));
		RecordingConfigListener second = watch(this.b);
		awaitText(second, this.b, RecordingConfigListener.ABSENT);
		publish(Publication.put(this.b, "b: 2"));
		awaitText(second, this.b, "b: 2");
		assertThat(second.texts(this.b)).containsExactly(RecordingConfigListener.ABSENT, "b: 2");
	}

}
