package io.governance.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigSource;
import io.governance.config.ConfigStore;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.config.Revision;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What every {@link ConfigSource} has to read, and the documents that the contracts of
 * config work with.
 */
abstract class ConfigReadingContract extends BackendContract {

	static final Author ALICE = new Author("alice", "because");

	ConfigStore store;

	DocumentId orders;

	DocumentId stock;

	@BeforeEach
	final void openStore() {
		this.store = backend().config();
		assertThat(backend().config()).as("the same object each time").isSameAs(this.store);
		this.orders = id("orders.yaml");
		this.stock = id("stock.yaml");
	}

	@Test
	void absentDocumentIsAbsent() {
		assertThat(this.store.get(Set.of(this.orders)).documents()).isEmpty();
	}

	@Test
	void publishedDocumentsAreReadAndAbsentOnesLeftOut() {
		Revision revision = put(this.orders, "a: 1");
		ConfigDocuments documents = this.store.get(Set.of(this.orders, this.stock));
		assertThat(documents.documents().keySet()).containsExactly(this.orders);
		ConfigDocument document = documents.find(this.orders).orElseThrow();
		assertThat(document.id()).isEqualTo(this.orders);
		assertThat(document.text()).isEqualTo("a: 1");
		assertThat(document.revision()).isEqualTo(revision);
		assertThat(revision).isNotEqualTo(Revision.ABSENT);
	}

	@Test
	void whatOneBackendPublishesAnotherReads() {
		Revision revision = put(this.orders, "a: 1");
		ConfigDocument document = open(namespace()).config().get(Set.of(this.orders)).find(this.orders).orElseThrow();
		assertThat(document.text()).isEqualTo("a: 1");
		assertThat(document.revision()).isEqualTo(revision);
	}

	@Test
	@DisplayName("Namespaces, groups and names that are spelled alike do not see each other")
	void neighboursAreNotSeen() {
		List<DocumentId> ids = List.of(this.orders, new DocumentId(namespace(), "shop2", "orders.yaml"),
				new DocumentId(namespace(), "shop", "Orders.yaml"), new DocumentId(namespace(), "shop", "orders.yaml2"),
				new DocumentId(namespace() + "2", "shop", "orders.yaml"));
		List<RecordingConfigListener> listeners = new ArrayList<>();
		for (DocumentId id : ids) {
			RecordingConfigListener told = new RecordingConfigListener();
			listeners.add(told);
			this.store.watch(Set.of(id), told);
			await().until(() -> told.latest(id).equals(RecordingConfigListener.ABSENT));
		}
		for (int i = 0; i < ids.size(); i++) {
			DocumentId id = ids.get(i);
			String text = "a: " + i;
			put(id, text);
			RecordingConfigListener told = listeners.get(i);
			await().until(() -> told.latest(id).equals(text));
			assertThat(text(id)).isEqualTo(text);
			assertThat(ids.subList(i + 1, ids.size())).allSatisfy(
					(later) -> assertThat(this.store.get(Set.of(later)).documents()).as(later.toString()).isEmpty());
		}
		for (int i = 0; i < ids.size(); i++) {
			assertThat(listeners.get(i).texts(ids.get(i))).containsExactly(RecordingConfigListener.ABSENT, "a: " + i);
		}
	}

	@Test
	void documentsOfTwoNamespacesAreNotReadTogether() {
		Set<DocumentId> both = Set.of(this.orders, new DocumentId(namespace() + "2", "shop", "orders.yaml"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.store.get(both));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.store.watch(both, new RecordingConfigListener()).close());
	}

	@Test
	void everyNameThatIsAllowedIsAName() {
		List<DocumentId> ids = List.of(new DocumentId(namespace(), "g:r.o-u_p", "a:b.c-d_e.yaml"),
				new DocumentId(namespace(), "_" + "g".repeat(63), "_" + "n".repeat(199)),
				new DocumentId(namespace(), "shop", "no-extension"));
		ids.forEach((id) -> put(id, "name: " + id.name()));
		assertThat(ids).allSatisfy((id) -> assertThat(text(id)).isEqualTo("name: " + id.name()));
	}

	final DocumentId id(String name) {
		return new DocumentId(namespace(), "shop", name);
	}

	final Revision put(DocumentId id, String text) {
		return this.store.publish(List.of(Publication.put(id, text)), ALICE).get(0);
	}

	final void delete(DocumentId id) {
		this.store.publish(List.of(Publication.delete(id)), ALICE);
	}

	final String text(DocumentId id) {
		return this.store.get(Set.of(id)).find(id).map(ConfigDocument::text).orElse(RecordingConfigListener.ABSENT);
	}

}
