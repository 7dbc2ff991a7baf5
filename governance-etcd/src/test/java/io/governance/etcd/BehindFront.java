package io.governance.etcd;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testservers.EtcdServer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests of a backend whose watches an {@link EtcdFront} disturbs. */
abstract class BehindFront {

	final String namespace = "w" + UUID.randomUUID().toString().substring(0, 8);

	EtcdFront front;

	Backend behind;

	/** Goes to the server itself. */
	Backend publisher;

	@BeforeEach
	final void open() {
		this.front = new EtcdFront(EtcdServer.shared().address());
		this.behind = Etcds.open(this.front.address(), this.namespace);
		this.publisher = Etcds.open(EtcdServer.shared().address(), this.namespace);
	}

	@AfterEach
	final void close() {
		this.behind.close();
		this.publisher.close();
		this.front.close();
	}

	final DocumentId id(String name) {
		return new DocumentId(this.namespace, "default", name);
	}

	final void publish(Publication... publications) {
		this.publisher.config().publish(List.of(publications), Author.of("test"));
	}

	final RecordingConfigListener watch(DocumentId... ids) {
		RecordingConfigListener listener = new RecordingConfigListener();
		this.behind.config().watch(Set.of(ids), listener);
		return listener;
	}

	static ConditionFactory soon() {
		return await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(10));
	}

	static void awaitText(RecordingConfigListener listener, DocumentId id, String text) {
		soon().untilAsserted(() -> assertThat(listener.latest(id)).isEqualTo(text));
	}

}
