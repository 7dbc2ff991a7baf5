package io.governance.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.Subscription;
import io.governance.backend.Backend;
import io.governance.backend.Capability;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigSource;
import io.governance.config.ConfigStore;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every {@link ConfigSource} has to do: read documents and tell when they change.
 * What is read is written through the {@link ConfigStore} of the same backend.
 */
public abstract class ConfigSourceContract extends ConfigReadingContract {

	private final RecordingConfigListener listener = new RecordingConfigListener();

	@Test
	@DisplayName("A watch tells the current state first: what is there, and not what is not")
	void currentStateIsDeliveredFirst() {
		put(this.orders, "a: 1");
		watch(this.orders, this.stock);
		await().until(() -> !this.listener.deliveries().isEmpty());
		assertThat(this.listener.deliveries().get(0).documents().keySet()).containsExactly(this.orders);
		assertThat(this.listener.texts(this.orders)).containsExactly("a: 1");
	}

	@Test
	@DisplayName("F22 A late subscriber gets the current state at once")
	void lateSubscriberGetsTheCurrentState() {
		watch(this.orders);
		await().until(() -> this.listener.latest(this.orders).equals(RecordingConfigListener.ABSENT));
		put(this.orders, "a: 1");
		await().until(() -> this.listener.latest(this.orders).equals("a: 1"));
		RecordingConfigListener late = new RecordingConfigListener();
		this.store.watch(Set.of(this.orders), late);
		await().until(() -> late.latest(this.orders).equals("a: 1"));
		assertThat(late.texts(this.orders)).containsExactly("a: 1");
	}

	@Test
	@DisplayName("F14 A document that does not exist yet is watched, and one that is deleted is told as gone")
	void documentIsWatchedFromBeforeItExistsToAfterItsDeletion() {
		watch(this.orders);
		await().until(() -> this.listener.latest(this.orders).equals(RecordingConfigListener.ABSENT));
		put(this.orders, "a: 1");
		await().until(() -> this.listener.latest(this.orders).equals("a: 1"));
		delete(this.orders);
		await().until(() -> this.listener.latest(this.orders).equals(RecordingConfigListener.ABSENT));
		put(this.orders, "a: 2");
		await().until(() -> this.listener.latest(this.orders).equals("a: 2"));
		assertThat(this.listener.texts(this.orders)).containsExactly(RecordingConfigListener.ABSENT, "a: 1",
				RecordingConfigListener.ABSENT, "a: 2");
	}

	@Test
	void wholeSetIsDeliveredWhenOneDocumentChanges() {
		put(this.orders, "a: 1");
		put(this.stock, "b: 1");
		watch(this.orders, this.stock);
		await().until(() -> this.listener.latest(this.stock).equals("b: 1"));
		put(this.stock, "b: 2");
		await().until(() -> this.listener.latest(this.stock).equals("b: 2"));
		assertThat(this.listener.texts(this.orders)).containsOnly("a: 1");
	}

	@Test
	@DisplayName("F21 States are told one at a time and in order, never an older one after a newer one")
	void statesAreToldInOrder() {
		watch(this.orders);
		await().until(() -> !this.listener.deliveries().isEmpty());
		ConfigStore writer = open(namespace()).config();
		for (int i = 1; i <= 40; i++) {
			writer.publish(List.of(Publication.put(this.orders, Integer.toString(i))), ALICE);
		}
		await().until(() -> this.listener.latest(this.orders).equals("40"));
		List<String> texts = this.listener.texts(this.orders);
		assertThat(texts.get(0)).isEqualTo(RecordingConfigListener.ABSENT);
		List<String> later = texts.subList(1, texts.size());
		assertThat(later).doesNotContain(RecordingConfigListener.ABSENT).doesNotHaveDuplicates();
		assertThat(later.stream().map(Integer::valueOf)).isSorted();
		assertThat(this.listener.overlapped()).isFalse();
	}

	@Test
	@DisplayName("F11 F23 What has not changed is not delivered again")
	void unchangedContentIsNotDeliveredAgain() {
		put(this.orders, "a: 1");
		watch(this.orders);
		await().until(() -> this.listener.latest(this.orders).equals("a: 1"));
		put(this.orders, "a: 1");
		put(this.stock, "b: 1");
		put(this.orders, "a: 2");
		await().until(() -> this.listener.latest(this.orders).equals("a: 2"));
		assertThat(this.listener.texts(this.orders)).containsExactly("a: 1", "a: 2");
	}

	@Test
	@DisplayName("F19 A listener that throws is told of the next change, and so are others")
	void listenerThatThrowsStallsNobody() {
		RecordingConfigListener throwing = new RecordingConfigListener() {

			@Override
			public void onDocuments(ConfigDocuments documents) {
				super.onDocuments(documents);
				throw new IllegalStateException("on purpose");
			}

		};
		this.store.watch(Set.of(this.orders), throwing);
		watch(this.orders);
		await().until(() -> throwing.deliveries().size() == 1 && this.listener.deliveries().size() == 1);
		for (int i = 1; i <= 3; i++) {
			String text = "a: " + i;
			put(this.orders, text);
			await().until(() -> throwing.latest(this.orders).equals(text));
			await().until(() -> this.listener.latest(this.orders).equals(text));
		}
		assertThat(throwing.connections()).isEmpty();
	}

	@Test
	@DisplayName("F20 A listener that blocks stalls only itself and gets the newest state afterwards")
	void listenerThatBlocksStallsOnlyItself() {
		CountDownLatch release = new CountDownLatch(1);
		RecordingConfigListener slow = new RecordingConfigListener() {

			@Override
			public void onDocuments(ConfigDocuments documents) {
				super.onDocuments(documents);
				awaitLatch(release);
			}

		};
		try {
			this.store.watch(Set.of(this.orders), slow);
			await().until(() -> slow.deliveries().size() == 1);
			watch(this.orders);
			for (int i = 0; i < 10; i++) {
				String text = "a: " + i;
				put(this.orders, text);
				await().until(() -> this.listener.latest(this.orders).equals(text));
			}
			assertThat(slow.deliveries()).hasSize(1);
		}
		finally {
			release.countDown();
		}
		await().until(() -> slow.latest(this.orders).equals("a: 9"));
		// The other watch may have been told of the last change a little earlier.
		assertThat(slow.deliveries()).as("the ten changes are told as one").hasSizeLessThanOrEqualTo(3);
	}

	@Test
	void closedWatchIsNotToldAnyMore() {
		Subscription closed = watch(this.orders);
		await().until(() -> this.listener.deliveries().size() == 1);
		closed.close();
		closed.close();
		RecordingConfigListener other = new RecordingConfigListener();
		this.store.watch(Set.of(this.orders), other);
		put(this.orders, "a: 1");
		await().until(() -> other.latest(this.orders).equals("a: 1"));
		assertThat(this.listener.deliveries()).hasSize(1);
	}

	@Test
	void closingAWatchWaitsForTheNotificationThatIsUnderWay() {
		assertThat(
				Closing.whileTold((told) -> this.store.watch(Set.of(this.orders), (documents) -> told.run())).waited())
			.isTrue();
	}

	@Test
	void watchMayBeClosedByItsListener() {
		AtomicInteger calls = new AtomicInteger();
		CountDownLatch begun = new CountDownLatch(1);
		AtomicReference<Subscription> own = new AtomicReference<>();
		own.set(this.store.watch(Set.of(this.orders), (documents) -> {
			awaitLatch(begun);
			calls.incrementAndGet();
			Objects.requireNonNull(own.get()).close();
		}));
		begun.countDown();
		await().until(() -> calls.get() == 1);
		watch(this.orders);
		put(this.orders, "a: 1");
		await().until(() -> this.listener.latest(this.orders).equals("a: 1"));
		assertThat(calls).hasValue(1);
	}

	@Test
	void documentsPublishedTogetherAreSeenTogether() {
		if (!can(Capability.ATOMIC_PUBLISH)) {
			assertRefused(() -> this.store.publish(pair("together"), ALICE));
			assertThat(this.store.get(Set.of(this.orders, this.stock)).documents()).isEmpty();
			return;
		}
		Backend writer = open(namespace());
		watch(this.orders, this.stock);
		await().until(() -> !this.listener.deliveries().isEmpty());
		AtomicBoolean ended = new AtomicBoolean();
		List<String> torn = new ArrayList<>();
		Thread reader = new Thread(() -> {
			while (!ended.get()) {
				ConfigDocuments read = this.store.get(Set.of(this.orders, this.stock));
				if (!read.find(this.orders)
					.map(ConfigDocument::text)
					.equals(read.find(this.stock).map(ConfigDocument::text))) {
					torn.add(read.toString());
				}
			}
		}, "reader");
		reader.start();
		for (int i = 0; i < 60; i++) {
			String text = "pair: " + i;
			writer.config().publish(pair(text), ALICE);
			if (i % 10 == 9) {
				await().until(() -> this.listener.latest(this.stock).equals(text));
				writer.config()
					.publish(List.of(Publication.delete(this.orders), Publication.delete(this.stock)), ALICE);
			}
		}
		writer.config().publish(pair("last"), ALICE);
		await().until(() -> this.listener.latest(this.stock).equals("last"));
		ended.set(true);
		await().until(() -> reader.getState() == Thread.State.TERMINATED);
		assertThat(this.listener.texts(this.orders)).isEqualTo(this.listener.texts(this.stock)).hasSizeGreaterThan(5);
		assertThat(torn).isEmpty();
	}

	@Test
	@DisplayName("200 documents are watched at once, by one watch and by 200")
	void twoHundredDocumentsAreWatchedAtOnce() {
		Set<DocumentId> ids = new TreeSet<>();
		for (int i = 0; i < 200; i++) {
			ids.add(new DocumentId(namespace(), "many", "document" + i + ".yaml"));
		}
		Map<DocumentId, RecordingConfigListener> each = new HashMap<>();
		for (DocumentId id : ids) {
			RecordingConfigListener told = new RecordingConfigListener();
			each.put(id, told);
			this.store.watch(Set.of(id), told);
		}
		this.store.watch(ids, this.listener);
		await().until(() -> !this.listener.deliveries().isEmpty());
		await().until(() -> each.values().stream().noneMatch((told) -> told.deliveries().isEmpty()));
		putAll(ids.stream().map((id) -> Publication.put(id, "name: " + id.name())).toList());
		await().until(() -> latest().documents().size() == 200);
		await().until(
				() -> each.entrySet().stream().allMatch((told) -> told.getValue().latest(told.getKey()).length() > 10));
		assertThat(latest().documents().values())
			.allSatisfy((document) -> assertThat(document.text()).isEqualTo("name: " + document.id().name()));
		each.forEach((id, told) -> assertThat(told.texts(id)).containsExactly(RecordingConfigListener.ABSENT,
				"name: " + id.name()));
		if (can(Capability.LIST)) {
			assertThat(this.store.list(namespace(), "many")).containsExactlyElementsOf(ids);
		}
	}

	private void putAll(List<Publication> publications) {
		int atOnce = can(Capability.ATOMIC_PUBLISH) ? Math.min(20, this.store.limits().maxDocuments()) : 1;
		for (int i = 0; i < publications.size(); i += atOnce) {
			this.store.publish(publications.subList(i, Math.min(i + atOnce, publications.size())), ALICE);
		}
	}

	private ConfigDocuments latest() {
		List<ConfigDocuments> deliveries = this.listener.deliveries();
		return deliveries.get(deliveries.size() - 1);
	}

	@Test
	@DisplayName("F2 F5 A lost connection is told and is no deletion; what changed meanwhile is told when it is back")
	void lossAndRecoveryAreTold() {
		put(this.orders, "a: 1");
		put(this.stock, "b: 1");
		FaultyConnection way = connect();
		ConfigStore remote = openThrough(way).config();
		remote.watch(Set.of(this.orders, this.stock), this.listener);
		RecordingConfigListener inOrder = new RecordingConfigListener() {

			@Override
			public void onDocuments(ConfigDocuments documents) {
				List<ConnectionState> told = connections();
				assertThat(told.isEmpty() || told.get(told.size() - 1) == ConnectionState.CONNECTED)
					.as("that the connection is back is told before the documents")
					.isTrue();
				super.onDocuments(documents);
			}

		};
		remote.watch(Set.of(this.orders), inOrder);
		await().until(() -> inOrder.latest(this.orders).equals("a: 1"));
		await().until(() -> this.listener.latest(this.stock).equals("b: 1"));
		way.cut();
		await().atMost(given().detection())
			.until(() -> this.listener.connections().equals(List.of(ConnectionState.DISCONNECTED)));
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> remote.get(Set.of(this.orders)));
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> remote.publish(List.of(Publication.put(this.orders, "lost")), ALICE));
		put(this.orders, "a: 2");
		delete(this.stock);
		assertThat(this.listener.deliveries()).hasSize(1);
		way.restore();
		await().until(() -> this.listener.latest(this.orders).equals("a: 2")
				&& this.listener.latest(this.stock).equals(RecordingConfigListener.ABSENT));
		assertThat(this.listener.connections()).containsExactly(ConnectionState.DISCONNECTED,
				ConnectionState.CONNECTED);
		assertThat(this.listener.texts(this.orders)).containsOnlyOnce("a: 1").doesNotContain("lost");
		await().until(() -> inOrder.latest(this.orders).equals("a: 2"));
		put(this.orders, "a: 3");
		await().until(() -> this.listener.latest(this.orders).equals("a: 3"));
		assertThat(remote.get(Set.of(this.orders)).find(this.orders).orElseThrow().text()).isEqualTo("a: 3");
		assertThat(this.listener.overlapped()).isFalse();
	}

	@Test
	@DisplayName("F1 A watch that begins while the backend cannot be reached begins as disconnected and recovers")
	void watchBeginsWithoutAConnection() {
		put(this.orders, "a: 1");
		FaultyConnection way = connect();
		way.cut();
		ConfigStore remote = openThrough(way).config();
		remote.watch(Set.of(this.orders), this.listener);
		await().atMost(given().detection())
			.until(() -> this.listener.connections().equals(List.of(ConnectionState.DISCONNECTED)));
		assertThat(this.listener.deliveries()).isEmpty();
		way.restore();
		await().until(() -> this.listener.latest(this.orders).equals("a: 1"));
		assertThat(this.listener.connections()).containsExactly(ConnectionState.DISCONNECTED,
				ConnectionState.CONNECTED);
	}

	@ParameterizedTest
	@EnumSource(Fault.class)
	@DisplayName("F37 Closing ends the watches within 5 seconds, also of a backend that is cut off or hangs")
	void closedBackendTellsNobody(Fault fault) {
		FaultyConnection way = connect();
		Backend remote = openThrough(way);
		remote.config().watch(Set.of(this.orders), this.listener);
		await().until(() -> this.listener.deliveries().size() == 1);
		fault.happenTo(way);
		assertClosesInTime(remote);
		int told = this.listener.connections().size();
		way.restore();
		RecordingConfigListener other = new RecordingConfigListener();
		this.store.watch(Set.of(this.orders), other);
		put(this.orders, "a: 1");
		await().until(() -> other.latest(this.orders).equals("a: 1"));
		assertThat(this.listener.deliveries()).hasSize(1);
		assertThat(this.listener.connections()).hasSize(told);
	}

	private List<Publication> pair(String text) {
		return List.of(Publication.put(this.orders, text), Publication.put(this.stock, text));
	}

	private Subscription watch(DocumentId... ids) {
		return this.store.watch(Set.of(ids), this.listener);
	}

}
