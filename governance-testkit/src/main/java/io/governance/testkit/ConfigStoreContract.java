package io.governance.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;

import io.governance.BackendUnavailableException;
import io.governance.backend.Capability;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigStore;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.InvalidConfigException;
import io.governance.config.Publication;
import io.governance.config.PublishLimits;
import io.governance.config.Revision;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

/**
 * What every {@link ConfigStore} has to do, beyond what it does as a source: publish,
 * compare and set, delete, list, remember. What the backend does not declare has to be
 * refused.
 */
public abstract class ConfigStoreContract extends ConfigSourceContract {

	/** As many as are published at once where the backend would take more. */
	private static final int MOST_DOCUMENTS = 128;

	/** As much as is published at once where the backend would take more. */
	private static final int MOST_BYTES = 8 * 1024 * 1024;

	@Test
	void publishedDocumentIsReplacedAndDeleted() {
		put(this.orders, "a: 1");
		Revision second = put(this.orders, "a: 2");
		ConfigDocument document = this.store.get(Set.of(this.orders)).find(this.orders).orElseThrow();
		assertThat(document.text()).isEqualTo("a: 2");
		assertThat(document.revision()).isEqualTo(second);
		assertThat(publish(Publication.delete(this.orders))).containsExactly(Revision.ABSENT);
		assertThat(this.store.get(Set.of(this.orders)).documents()).isEmpty();
	}

	@Test
	void deletingWhatIsNotThereDoesNothing() {
		assertThat(publish(Publication.delete(this.orders))).containsExactly(Revision.ABSENT);
		assertThat(this.store.get(Set.of(this.orders)).documents()).isEmpty();
	}

	@Test
	void publishingTheSameContentAgainGivesTheRevisionThatIsRead() {
		put(this.orders, "a: 1");
		Revision again = put(this.orders, "a: 1");
		assertThat(this.store.get(Set.of(this.orders)).find(this.orders).orElseThrow().revision()).isEqualTo(again);
	}

	@ParameterizedTest
	@ValueSource(strings = { "x", "grüße: 你好 😀\n", "\r\nwindows: true\r\n\r\n", "\uFEFFmark: first\n",
			"  spaces: kept  \n\n\n", "percent: 100%+1&a=b?c#d\\e\"f'g<h>\n", "{\"json\": [1, null]}", "0" })
	void contentIsKeptToTheLastByte(String text) {
		byte[] content = text.getBytes(StandardCharsets.UTF_8);
		publish(Publication.put(this.orders, content));
		assertThat(content(this.orders)).isEqualTo(content);
	}

	@Test
	void emptyDocumentIsKeptOrRefused() {
		if (can(Capability.EMPTY_DOCUMENTS)) {
			publish(Publication.put(this.orders, ""));
			assertThat(this.store.get(Set.of(this.orders)).find(this.orders).orElseThrow().size()).isZero();
		}
		else {
			assertRefused(() -> publish(Publication.put(this.orders, "")));
			assertThat(this.store.get(Set.of(this.orders)).documents()).isEmpty();
		}
	}

	@Test
	void contentThatIsNotUtf8IsRefused() {
		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> publish(Publication.put(this.orders, new byte[] { (byte) 0xff, 0, 1 })))
			.withMessageContaining(this.orders.toString());
		assertThat(this.store.get(Set.of(this.orders)).documents()).isEmpty();
	}

	@Test
	@DisplayName("F26 The largest document that is allowed is kept and told, and one byte more is refused")
	void largestDocumentIsKept() {
		int largest = this.store.limits().maxDocumentBytes();
		RecordingConfigListener listener = new RecordingConfigListener();
		this.store.watch(Set.of(this.orders), listener);
		byte[] content = text(largest);
		publish(Publication.put(this.orders, content));
		assertThat(content(this.orders)).isEqualTo(content);
		await().until(() -> listener.latest(this.orders).length() == largest);
		assertThatIllegalArgumentException().isThrownBy(() -> publish(Publication.put(this.orders, text(largest + 1))))
			.withMessageContaining(this.orders.toString());
		byte[] next = text(largest);
		next[largest / 2] = '#';
		publish(Publication.put(this.orders, next));
		assertThat(content(this.orders)).isEqualTo(next);
	}

	@Test
	@DisplayName("F26 The largest publish that is allowed is done, and one document or byte more is refused")
	void largestPublishIsDone() {
		if (!can(Capability.ATOMIC_PUBLISH)) {
			assertRefused(() -> publish(Publication.put(this.orders, "a"), Publication.put(this.stock, "b")));
			return;
		}
		PublishLimits limits = this.store.limits();
		int documents = Math.min(limits.maxDocuments(), MOST_DOCUMENTS);
		int each = Math.min(Math.min(limits.maxTotalBytes(), MOST_BYTES) / documents, limits.maxDocumentBytes());
		List<Publication> most = new ArrayList<>();
		for (int i = 0; i < documents; i++) {
			most.add(Publication.put(id("document" + i), text(each)));
		}
		assertThat(this.store.publish(most, ALICE)).hasSize(documents);
		assertThat(content(id("document" + (documents - 1)))).isEqualTo(text(each));
		List<Publication> tooMany = new ArrayList<>(List.of(Publication.put(this.orders, "one of too many")));
		for (int i = 0; i < limits.maxDocuments(); i++) {
			tooMany.add(Publication.put(id("document" + i), "x"));
		}
		assertThatIllegalArgumentException().isThrownBy(() -> this.store.publish(tooMany, ALICE));
		if (limits.maxTotalBytes() < (long) limits.maxDocumentBytes() * limits.maxDocuments()) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.store.publish(tooLarge(limits), ALICE));
		}
		assertThat(this.store.get(Set.of(this.orders)).documents()).isEmpty();
	}

	private List<Publication> tooLarge(PublishLimits limits) {
		List<Publication> publications = new ArrayList<>();
		long left = limits.maxTotalBytes() + 1L;
		for (int i = 0; left > 0; i++) {
			int size = (int) Math.min(left, limits.maxDocumentBytes());
			publications.add(Publication.put((i == 0) ? this.orders : id("large" + i), text(size)));
			left -= size;
		}
		return publications;
	}

	@Test
	@DisplayName("CAS: a document that is not at the expected revision is not written")
	void expectedRevisionMustBeThere() {
		Revision first = put(this.orders, "a: 1");
		Revision second = publish(Publication.put(this.orders, "a: 2").expecting(first)).get(0);
		assertConflict(this.orders, Publication.put(this.orders, "a: 3").expecting(first));
		assertThat(text(this.orders)).isEqualTo("a: 2");
		publish(Publication.put(this.orders, "a: 4").expecting(second));
		assertThat(text(this.orders)).isEqualTo("a: 4");
	}

	@Test
	void documentIsCreatedOnlyOnceWhereThatCanBeAsked() {
		Publication create = Publication.put(this.orders, "a: 1").expecting(Revision.ABSENT);
		if (can(Capability.CONDITIONAL_CREATE)) {
			Revision first = publish(create).get(0);
			assertConflict(this.orders, Publication.put(this.orders, "a: 2").expecting(Revision.ABSENT));
			assertThat(text(this.orders)).isEqualTo("a: 1");
			delete(this.orders);
			assertConflict(this.orders, Publication.put(this.orders, "a: 3").expecting(first));
			assertThat(this.store.get(Set.of(this.orders)).documents()).isEmpty();
			publish(create);
		}
		else {
			assertRefused(() -> publish(create));
			assertThat(this.store.get(Set.of(this.orders)).documents()).isEmpty();
		}
	}

	@Test
	void documentIsDeletedOnlyAtTheExpectedRevisionWhereThatCanBeAsked() {
		Revision first = put(this.orders, "a: 1");
		Revision second = put(this.orders, "a: 2");
		if (can(Capability.CONDITIONAL_DELETE)) {
			assertConflict(this.orders, Publication.delete(this.orders).expecting(first));
			assertThat(text(this.orders)).isEqualTo("a: 2");
			publish(Publication.delete(this.orders).expecting(second));
			assertConflict(this.orders, Publication.delete(this.orders).expecting(second));
		}
		else {
			assertRefused(() -> publish(Publication.delete(this.orders).expecting(second)));
			assertThat(text(this.orders)).isEqualTo("a: 2");
		}
	}

	@Test
	void oneConflictKeepsAllFromBeingWritten() {
		put(this.orders, "a: 1");
		List<Publication> both = List.of(Publication.put(this.stock, "b: 1"),
				Publication.put(this.orders, "a: 2").expecting(Revision.ABSENT));
		if (can(Capability.ATOMIC_PUBLISH)) {
			assertConflict(this.orders, both.toArray(Publication[]::new));
		}
		else {
			assertRefused(() -> this.store.publish(both, ALICE));
		}
		assertThat(this.store.get(Set.of(this.stock)).documents()).isEmpty();
		assertThat(text(this.orders)).isEqualTo("a: 1");
		if (can(Capability.HISTORY)) {
			assertThat(this.store.history(this.stock, 10)).isEmpty();
		}
	}

	@Test
	void documentsAreWrittenAndDeletedTogether() {
		if (!can(Capability.ATOMIC_PUBLISH)) {
			assertRefused(() -> publish(Publication.put(this.orders, "a"), Publication.delete(this.stock)));
			return;
		}
		put(this.stock, "b: 1");
		List<Revision> revisions = publish(Publication.put(this.orders, "a: 1"), Publication.delete(this.stock));
		assertThat(revisions).hasSize(2).element(1).isEqualTo(Revision.ABSENT);
		ConfigDocument document = this.store.get(Set.of(this.orders, this.stock)).find(this.orders).orElseThrow();
		assertThat(document.revision()).isEqualTo(revisions.get(0));
		assertThat(text(this.stock)).isEqualTo(RecordingConfigListener.ABSENT);
	}

	@Test
	void documentNamedTwiceAndDocumentsOfTwoNamespacesAreRefused() {
		DocumentId elsewhere = new DocumentId(namespace() + "2", "shop", "orders.yaml");
		for (Publication other : List.of(Publication.delete(this.orders), Publication.put(elsewhere, "b"))) {
			List<Publication> both = List.of(Publication.put(this.orders, "a"), other);
			if (can(Capability.ATOMIC_PUBLISH)) {
				assertThatIllegalArgumentException().isThrownBy(() -> this.store.publish(both, ALICE));
			}
			else {
				assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> this.store.publish(both, ALICE))
					.isInstanceOfAny(IllegalArgumentException.class, UnsupportedOperationException.class);
			}
		}
		assertThat(this.store.get(Set.of(this.orders)).documents()).isEmpty();
	}

	@Test
	void revisionsGrowWhereThatIsDeclared() {
		if (can(Capability.ORDERED_REVISIONS)) {
			long first = Long.parseUnsignedLong(put(this.orders, "a: 1").value());
			long second = Long.parseUnsignedLong(put(this.stock, "b: 1").value());
			long third = Long.parseUnsignedLong(put(this.orders, "a: 2").value());
			assertThat(List.of(first, second, third)).isSortedAccordingTo(Long::compareUnsigned)
				.doesNotHaveDuplicates();
		}
		else {
			assertThat(put(this.orders, "a: 1")).isNotEqualTo(put(this.orders, "a: 2"));
		}
	}

	@Test
	void documentsOfAGroupAreListed() {
		if (!can(Capability.LIST)) {
			assertRefused(() -> this.store.list(namespace(), "shop"));
			return;
		}
		DocumentId colon = id("a:b.yaml");
		put(this.stock, "x");
		put(this.orders, "x");
		put(colon, "x");
		put(new DocumentId(namespace(), "shop2", "other"), "x");
		put(new DocumentId(namespace(), "sho", "other"), "x");
		put(new DocumentId(namespace() + "2", "shop", "other"), "x");
		assertThat(this.store.list(namespace(), "shop")).containsExactly(colon, this.orders, this.stock);
		delete(this.orders);
		assertThat(this.store.list(namespace(), "shop")).containsExactly(colon, this.stock);
		assertThat(this.store.list(namespace(), "none")).isEmpty();
	}

	@Test
	void groupsOfANamespaceAreListed() {
		if (!can(Capability.LIST)) {
			assertRefused(() -> this.store.groups(namespace()));
			return;
		}
		assertThat(this.store.groups(namespace())).isEmpty();
		DocumentId alone = new DocumentId(namespace(), "a:b.c", "alone");
		put(this.orders, "x");
		put(this.stock, "x");
		put(alone, "x");
		put(new DocumentId(namespace(), DocumentId.DEFAULT, "orders.yaml"), "x");
		put(new DocumentId(namespace() + "2", "shop3", "other"), "x");
		assertThat(this.store.groups(namespace())).containsExactly("a:b.c", DocumentId.DEFAULT, "shop");
		delete(alone);
		assertThat(this.store.groups(namespace())).containsExactly(DocumentId.DEFAULT, "shop");
	}

	@Test
	void historyTellsWhoWhenAndWhyTheNewestFirst() {
		if (!can(Capability.HISTORY)) {
			assertRefused(() -> this.store.history(this.orders, 1));
			return;
		}
		Instant before = Instant.now();
		Revision first = put(this.orders, "a: 1");
		Author bob = new Author("bob", "größer");
		Revision second = this.store.publish(List.of(Publication.put(this.orders, "a: 2")), bob).get(0);
		delete(this.orders);
		put(this.stock, "b: 1");
		await().until(() -> this.store.history(this.orders, 10).size() == 3);
		List<HistoryEntry> history = this.store.history(this.orders, 10);
		assertThat(history).extracting(HistoryEntry::revision).containsExactly(Revision.ABSENT, second, first);
		assertThat(history).extracting(HistoryEntry::deletion).containsExactly(true, false, false);
		assertThat(history).extracting(HistoryEntry::digest).containsExactly("", digest("a: 2"), digest("a: 1"));
		assertThat(history.get(0).author()).isIn(ALICE, Author.UNKNOWN);
		assertThat(history).extracting(HistoryEntry::author).element(1).isEqualTo(bob);
		assertThat(history).extracting(HistoryEntry::author).element(2).isEqualTo(ALICE);
		assertThat(history).allSatisfy((entry) -> {
			assertThat(entry.id()).isEqualTo(this.orders);
			assertThat(entry.time()).isCloseTo(before, within(Duration.ofMinutes(2)));
		});
		assertThat(this.store.history(this.orders, 2)).isEqualTo(history.subList(0, 2));
		assertThat(this.store.history(id("never"), 10)).isEmpty();
	}

	@Test
	@DisplayName("Rollback: an earlier version is read and published again")
	void earlierVersionIsPublishedAgain() {
		if (!can(Capability.HISTORY)) {
			HistoryEntry entry = new HistoryEntry(this.orders, Revision.of(1), Instant.EPOCH, ALICE, "", "1");
			assertRefused(() -> this.store.version(entry));
			return;
		}
		put(this.orders, "a: 1");
		put(this.orders, "a: 2");
		delete(this.orders);
		await().until(() -> this.store.history(this.orders, 10).size() == 3);
		List<HistoryEntry> history = this.store.history(this.orders, 10);
		assertThat(this.store.version(history.get(0))).isEmpty();
		assertThat(this.store.version(history.get(1)).orElseThrow().text()).isEqualTo("a: 2");
		ConfigDocument old = this.store.version(history.get(2)).orElseThrow();
		assertThat(old.text()).isEqualTo("a: 1");
		assertThat(old.id()).isEqualTo(this.orders);
		assertThat(old.revision()).isEqualTo(history.get(2).revision());
		publish(Publication.put(this.orders, old.content()));
		assertThat(text(this.orders)).isEqualTo("a: 1");
		await().until(() -> this.store.history(this.orders, 10).size() == 4);
		assertThat(this.store.history(this.orders, 1).get(0).digest()).isEqualTo(digest("a: 1"));
		assertThat(this.store.version(this.store.history(this.orders, 1).get(0)).orElseThrow().text())
			.isEqualTo("a: 1");
	}

	@Test
	void twoWritersLoseNoIncrement() throws Exception {
		put(this.orders, "0");
		List<Callable<Void>> writers = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			ConfigStore writer = open(namespace()).config();
			writers.add(() -> increment(writer, 20));
		}
		try (Threads threads = new Threads()) {
			for (Future<Void> done : threads.invokeAll(writers)) {
				done.get();
			}
		}
		assertThat(text(this.orders)).isEqualTo("40");
	}

	private Void increment(ConfigStore writer, int times) {
		for (int i = 0; i < times;) {
			ConfigDocument current = writer.get(Set.of(this.orders)).find(this.orders).orElseThrow();
			String next = Integer.toString(Integer.parseInt(current.text()) + 1);
			try {
				writer.publish(List.of(Publication.put(this.orders, next).expecting(current.revision())), ALICE);
				i++;
			}
			catch (ConflictException ex) {
				// The other one was faster.
			}
		}
		return null;
	}

	@Test
	@DisplayName("F1 F3 While the backend hangs or cannot be reached nothing looks absent, and every call says so in time")
	void backendThatCannotBeReachedIsSaidSo() {
		put(this.orders, "a: 1");
		FaultyConnection way = connect();
		ConfigStore remote = openThrough(way).config();
		for (Runnable fault : List.<Runnable>of(way::hang, way::cut)) {
			await().ignoreException(BackendUnavailableException.class)
				.until(() -> remote.get(Set.of(this.orders)).documents().size() == 1);
			fault.run();
			List<ThrowingCallable> calls = new ArrayList<>();
			calls.add(() -> remote.get(Set.of(this.orders)));
			calls.add(() -> remote.publish(List.of(Publication.put(this.stock, "lost")), ALICE));
			if (can(Capability.LIST)) {
				calls.add(() -> remote.list(namespace(), "shop"));
				calls.add(() -> remote.groups(namespace()));
			}
			if (can(Capability.HISTORY)) {
				await().until(() -> !this.store.history(this.orders, 1).isEmpty());
				HistoryEntry entry = this.store.history(this.orders, 1).get(0);
				calls.add(() -> remote.history(this.orders, 1));
				calls.add(() -> remote.version(entry));
			}
			assertUnavailable(calls);
			way.restore();
		}
	}

	private void assertConflict(DocumentId id, Publication... publications) {
		assertThatExceptionOfType(ConflictException.class).isThrownBy(() -> publish(publications))
			.satisfies((ex) -> assertThat(ex.id()).isEqualTo(id));
	}

	private List<Revision> publish(Publication... publications) {
		return this.store.publish(List.of(publications), ALICE);
	}

	private byte[] content(DocumentId id) {
		return this.store.get(Set.of(id)).find(id).orElseThrow().content();
	}

	private static String digest(String text) {
		return ConfigDocument.digestOf(text.getBytes(StandardCharsets.UTF_8));
	}

	/** Text that does not get smaller on its way. */
	private static byte[] text(int size) {
		byte[] content = new byte[size];
		Random random = new Random(size);
		for (int i = 0; i < size; i++) {
			content[i] = (byte) ('!' + random.nextInt(90));
		}
		Arrays.fill(content, 0, Math.min(1, size), (byte) 'x');
		return content;
	}

}
