package io.governance.etcd;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.options.GetOption;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.RecordingInstancesListener;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * More than etcd takes, or gives, at once.
 */
@Timeout(60)
class EtcdSizeTests {

	private final String namespace = "s" + UUID.randomUUID().toString().substring(0, 8);

	private Backend backend;

	@BeforeEach
	void open() {
		this.backend = Etcds.open(EtcdServer.shared().address(), this.namespace, Etcds.LONG_LEASE);
	}

	@AfterEach
	void close() {
		this.backend.close();
	}

	private DocumentId id(String name) {
		return new DocumentId(this.namespace, "default", name);
	}

	@Test
	@DisplayName("F27 a thousand documents of 10 KB are read, watched and listed at one revision")
	void thousandDocumentsAreRead() {
		String text = "x".repeat(10_000);
		Set<DocumentId> ids = new LinkedHashSet<>();
		List<Publication> batch = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			ids.add(id("d" + i + ".txt"));
			batch.add(Publication.put(id("d" + i + ".txt"), text));
			if (batch.size() == 50 || i == 999) {
				this.backend.config().publish(batch, Author.of("test"));
				batch.clear();
			}
		}
		assertThat(this.backend.config().get(ids).documents()).hasSize(1000)
			.allSatisfy((id, document) -> assertThat(document.size()).isEqualTo(10_000));
		assertThat(this.backend.config().list(this.namespace, "default")).hasSize(1000);
		RecordingConfigListener listener = new RecordingConfigListener();
		this.backend.config().watch(ids, listener);
		await().until(() -> !listener.deliveries().isEmpty());
		assertThat(listener.deliveries().get(0).documents()).hasSize(1000);
		this.backend.config().publish(List.of(Publication.put(id("d500.txt"), "changed")), Author.of("test"));
		await().until(() -> listener.latest(id("d500.txt")).equals("changed"));
	}

	@Test
	@DisplayName("F27 documents that are too large for one answer are read in several")
	void largeDocumentsAreReadInSeveralAnswers() {
		String text = "x".repeat(1024 * 1024 - 10);
		Set<DocumentId> ids = new LinkedHashSet<>();
		for (int i = 0; i < 24; i++) {
			DocumentId id = id("large" + i + ".txt");
			ids.add(id);
			this.backend.config().publish(List.of(Publication.put(id, i + text)), Author.of("test"));
		}
		assertThat(this.backend.config().get(ids).documents()).hasSize(24);
		RecordingConfigListener listener = new RecordingConfigListener();
		this.backend.config().watch(ids, listener);
		await().until(() -> !listener.deliveries().isEmpty());
		assertThat(listener.deliveries().get(0).documents()).hasSize(24);
	}

	@Test
	@DisplayName("F27 instances that are too many for one answer are found")
	void manyLargeInstancesAreFound() {
		List<Instance> instances = new ArrayList<>();
		for (int i = 0; i < 400; i++) {
			instances
				.add(Instance.of("orders", "127.0.0.1", 1 + i).metadata(Map.of("note", "x".repeat(50_000))).build());
		}
		this.backend.registry().put("orders", instances);
		assertThat(this.backend.registry().observe("orders")).hasSize(400);
		RecordingInstancesListener listener = new RecordingInstancesListener();
		this.backend.discovery().watch("orders", listener);
		await().until(() -> listener.latest().map(List::size).orElse(0) == 400);
		assertThat(this.backend.discovery().services()).containsExactly("orders");
	}

	@Test
	@DisplayName("F26 what is too large is refused before it is sent")
	void tooLargeIsRefused() {
		int limit = this.backend.config().limits().maxDocumentBytes();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.backend.config()
				.publish(List.of(Publication.put(id("large.txt"), "x".repeat(limit + 1))), Author.of("test")))
			.withMessageContaining(String.valueOf(limit));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.backend.config()
				.publish(List.of(Publication.put(id("a.txt"), "x")), new Author("test", "y".repeat(10_000))))
			.withMessageContaining("comment");
		assertThatIllegalArgumentException().isThrownBy(() -> this.backend.registry()
			.put("orders",
					List.of(Instance.of("orders", "127.0.0.1", 80)
						.id("o-1")
						.metadata(Map.of("note", "x".repeat(70_000)))
						.build())))
			.withMessageContaining("metadata of instance 'o-1'");
		assertThat(this.backend.config().list(this.namespace, "default")).isEmpty();
		assertThat(this.backend.discovery().services()).isEmpty();
	}

	@Test
	@DisplayName("F28 ids with every character that is allowed are keys as they are")
	void idsAreKeys() {
		List<Instance> instances = List.of(Instance.of("a.b:c@d-e_f", "127.0.0.1", 80).id("_x.y:z@1-2").build(),
				Instance.of("a.b:c@d-e_f", "127.0.0.1", 81).id("_x.y:z@1-2..").build());
		this.backend.registry().put("a.b:c@d-e_f", instances);
		assertThat(this.backend.registry().observe("a.b:c@d-e_f")).isEqualTo(instances);
		this.backend.registry().remove("a.b:c@d-e_f", "_x.y:z@1-2");
		assertThat(this.backend.registry().observe("a.b:c@d-e_f")).containsExactly(instances.get(1));
	}

	@Test
	void historyKeepsTheNewestHundredAndTheirContents() throws Exception {
		DocumentId id = id("orders.yaml");
		for (int i = 0; i < 105; i++) {
			this.backend.config().publish(List.of(Publication.put(id, "a: " + i)), Author.of("test"));
		}
		List<HistoryEntry> history = this.backend.config().history(id, 1000);
		assertThat(history).hasSize(100);
		assertThat(this.backend.config().version(history.get(0)).map(ConfigDocument::text)).hasValue("a: 104");
		assertThat(this.backend.config().version(history.get(99)).map(ConfigDocument::text)).hasValue("a: 5");
		try (Client client = Client.builder().endpoints(EtcdServer.shared().address()).build()) {
			KeyRange all = KeyRange.below("governance/history/" + this.namespace + "/default/orders.yaml/");
			assertThat(client.getKVClient()
				.get(all.first(), GetOption.builder().withRange(all.last()).withCountOnly(true).build())
				.get()
				.getCount()).isEqualTo(200);
		}
	}

}
