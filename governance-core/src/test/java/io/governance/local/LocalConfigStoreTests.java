package io.governance.local;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.governance.BackendUnavailableException;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigStore;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Publication;
import io.governance.config.Revision;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(60)
class LocalConfigStoreTests {

	private static final DocumentId ORDERS = new DocumentId("dev", "shop", "orders.yaml");

	private static final DocumentId STOCK = new DocumentId("dev", "shop", "stock.yaml");

	private static final Author ALICE = new Author("alice", "because");

	@RegisterExtension
	final LocalBackends backends = new LocalBackends();

	@TempDir
	Path directory;

	private ConfigStore store;

	@BeforeEach
	void openStore() {
		this.store = this.backends.open(this.directory).config();
	}

	@Test
	void publishedDocumentIsAFileAndIsRead() throws Exception {
		List<Revision> revisions = publish(Publication.put(ORDERS, "a: 1"));
		assertThat(file(ORDERS)).hasContent("a: 1");
		ConfigDocument document = this.store.get(Set.of(ORDERS, STOCK)).find(ORDERS).orElseThrow();
		assertThat(document.text()).isEqualTo("a: 1");
		assertThat(document.revision()).isEqualTo(revisions.get(0));
		assertThat(document.digest()).startsWith(revisions.get(0).value());
	}

	@Test
	void documentEditedByHandHasAnotherRevision() throws Exception {
		Revision published = publish(Publication.put(ORDERS, "a: 1")).get(0);
		Files.writeString(file(ORDERS), "a: 2");
		assertThat(this.store.get(Set.of(ORDERS)).find(ORDERS).orElseThrow().revision()).isNotEqualTo(published);
	}

	@Test
	void listsTheDocumentsOfAGroupAndNothingElse() throws Exception {
		DocumentId colon = new DocumentId("dev", "shop", "a:b.yaml");
		publish(Publication.put(STOCK, ""), Publication.put(ORDERS, ""), Publication.put(colon, ""),
				Publication.put(new DocumentId("dev", "other", "x.yaml"), ""));
		Files.writeString(file(ORDERS).resolveSibling("orders.yaml~"), "");
		Files.writeString(file(ORDERS).resolveSibling(".orders.yaml.swp"), "");
		Files.createDirectory(file(ORDERS).resolveSibling("directory"));
		assertThat(this.store.list("dev", "shop")).containsExactly(colon, ORDERS, STOCK);
		assertThat(this.store.list("dev", "none")).isEmpty();
	}

	@Test
	@DisplayName("F25 An oversized document is left to whoever parses it, and a huge one is not even read")
	void largeDocumentWrittenByHandIsReadUpToABound() throws Exception {
		Files.createDirectories(file(ORDERS).getParent());
		Files.write(file(ORDERS), new byte[3 * 1024 * 1024]);
		assertThat(this.store.get(Set.of(ORDERS)).find(ORDERS).orElseThrow().size()).isEqualTo(3 * 1024 * 1024);
		Files.write(file(ORDERS), new byte[17 * 1024 * 1024]);
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> this.store.get(Set.of(ORDERS)))
			.withMessageContaining("is larger than");
	}

	@Test
	@DisplayName("F28 A name that leads out of the directory is refused")
	void nameThatLeadsOutIsRefused() {
		for (String name : List.of("../x", "..", ".", "a/../../x", "/etc/passwd", "a\\..\\b", "%2e%2e/x", "")) {
			assertThatIllegalArgumentException().isThrownBy(() -> new DocumentId("dev", "shop", name));
			assertThatIllegalArgumentException().isThrownBy(() -> this.store.list("dev", name));
			assertThatIllegalArgumentException().isThrownBy(() -> this.store.list(name, "shop"));
		}
	}

	@Test
	void historyTellsWhoWhenWhyAndCanBePublishedAgain() {
		Revision first = publish(Publication.put(ORDERS, "a: 1")).get(0);
		publish(Publication.put(ORDERS, "a: 2"));
		publish(Publication.delete(ORDERS));
		List<HistoryEntry> history = this.store.history(ORDERS, 10);
		assertThat(history).hasSize(3).allSatisfy((entry) -> assertThat(entry.author()).isEqualTo(ALICE));
		assertThat(history.get(0).deletion()).isTrue();
		assertThat(this.store.version(history.get(0))).isEmpty();
		assertThat(history.get(2).revision()).isEqualTo(first);
		ConfigDocument old = this.store.version(history.get(2)).orElseThrow();
		assertThat(old.text()).isEqualTo("a: 1");
		assertThat(publish(Publication.put(ORDERS, old.content()))).containsExactly(first);
		assertThat(this.store.history(ORDERS, 2)).hasSize(2)
			.first()
			.extracting(HistoryEntry::revision)
			.isEqualTo(first);
	}

	@Test
	void editByHandIsInTheHistoryBeforeItIsReplaced() throws Exception {
		Files.createDirectories(file(ORDERS).getParent());
		Files.writeString(file(ORDERS), "hand: 0");
		publish(Publication.put(ORDERS, "a: 1"));
		Files.writeString(file(ORDERS), "hand: 1");
		publish(Publication.put(ORDERS, "a: 2"));
		Files.delete(file(ORDERS));
		publish(Publication.put(ORDERS, "a: 3"));
		List<HistoryEntry> history = this.store.history(ORDERS, 10);
		assertThat(history.stream().map((entry) -> entry.author().name()).toList()).containsExactly("alice",
				"edited outside", "alice", "edited outside", "alice", "edited outside");
		assertThat(history.get(1).deletion()).isTrue();
		assertThat(this.store.version(history.get(3)).orElseThrow().text()).isEqualTo("hand: 1");
		assertThat(this.store.version(history.get(5)).orElseThrow().text()).isEqualTo("hand: 0");
	}

	@Test
	void historyIsBounded() {
		for (int i = 0; i < LocalConfigStore.MAX_HISTORY + 5; i++) {
			publish(Publication.put(ORDERS, "a: " + i));
		}
		List<HistoryEntry> history = this.store.history(ORDERS, 1000);
		assertThat(history).hasSize(LocalConfigStore.MAX_HISTORY);
		assertThat(this.store.version(history.get(LocalConfigStore.MAX_HISTORY - 1)).orElseThrow().text())
			.isEqualTo("a: 5");
	}

	@Test
	void damagedHistoryEntryIsLeftOut() throws Exception {
		publish(Publication.put(ORDERS, "a: 1"));
		publish(Publication.put(ORDERS, "a: 2"));
		Files.writeString(this.directory.resolve("history/dev/shop/orders.yaml/0000000001.json"), "{");
		assertThat(this.store.history(ORDERS, 10)).hasSize(1);
	}

	@Test
	void publishingTheSameContentChangesNothing() throws Exception {
		publish(Publication.put(ORDERS, "a: 1"));
		Fingerprint before = Fingerprint.of(file(ORDERS));
		publish(Publication.put(ORDERS, "a: 1"));
		assertThat(Fingerprint.of(file(ORDERS))).isEqualTo(before);
		assertThat(this.store.history(ORDERS, 10)).hasSize(1);
	}

	@Test
	void everythingBelongsToItsOwnerAlone() throws Exception {
		Path base = this.directory.resolve("fleet");
		this.backends.open(base).config().publish(List.of(Publication.put(ORDERS, "a: 1")), ALICE);
		try (Stream<Path> all = Files.walk(base)) {
			assertThat(all).isNotEmpty().allSatisfy((path) -> {
				String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
				assertThat(permissions).as(path.toString())
					.isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
			});
		}
	}

	@Test
	void documentThatIsALinkIsReadButNeverWrittenThrough() throws Exception {
		Path elsewhere = Files.writeString(this.directory.resolve("elsewhere.yaml"), "a: 1");
		Files.createDirectories(file(ORDERS).getParent());
		Files.createSymbolicLink(file(ORDERS), elsewhere);
		assertThat(this.store.get(Set.of(ORDERS)).find(ORDERS).orElseThrow().text()).isEqualTo("a: 1");
		publish(Publication.put(ORDERS, "a: 2"));
		assertThat(elsewhere).hasContent("a: 1");
		assertThat(Files.isSymbolicLink(file(ORDERS))).isFalse();
		assertThat(file(ORDERS)).hasContent("a: 2");
	}

	@Test
	void documentsBehindALinkThatLeadsNowhereAreNotLeftOutOfAList() throws Exception {
		publish(Publication.put(STOCK, "a: 1"));
		Files.createSymbolicLink(file(ORDERS), this.directory.resolve("elsewhere.yaml"));
		assertThat(this.store.list("dev", "shop")).containsExactly(ORDERS, STOCK);
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.store.get(Set.copyOf(this.store.list("dev", "shop"))))
			.withMessageContaining("is a link to what is not there");
		Path group = Files.createSymbolicLink(this.directory.resolve("config/dev/other"), Path.of("elsewhere"));
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> this.store.list("dev", "other"))
			.withMessageContaining("is a link to what is not there");
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> this.store.groups("dev"));
		Files.delete(group);
		Files.createSymbolicLink(this.directory.resolve("config/prod"), Path.of("elsewhere"));
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> this.store.groups("prod"));
		assertThat(this.store.groups("dev")).containsExactly("shop");
	}

	@Test
	void directoryThatIsALinkIsNotWrittenInto() throws Exception {
		Path elsewhere = Files.createDirectory(this.directory.resolve("elsewhere"));
		Files.createDirectories(this.directory.resolve("config/dev"));
		Files.createSymbolicLink(this.directory.resolve("config/dev/shop"), elsewhere);
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> publish(Publication.put(ORDERS, "a: 2")));
		assertThat(elsewhere).isEmptyDirectory();
	}

	@Test
	void documentThatIsADirectoryIsNotThereAndCannotBePublished() throws Exception {
		Files.createDirectories(file(ORDERS));
		assertThat(this.store.get(Set.of(ORDERS)).documents()).isEmpty();
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> publish(Publication.put(STOCK, "a: 1"), Publication.put(ORDERS, "a: 2")))
			.withMessageContaining("is a directory");
		assertThat(this.store.get(Set.of(ORDERS, STOCK)).documents()).isEmpty();
	}

	@Test
	void vanishedDirectoryIsUnreachableAndNotEmpty() throws Exception {
		publish(Publication.put(ORDERS, "a: 1"));
		ConfigStore other = this.backends.open(this.directory.resolve("fleet")).config();
		other.get(Set.of(ORDERS));
		Files.delete(this.directory.resolve("fleet"));
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> other.get(Set.of(ORDERS)));
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> other.list("dev", "shop"));
	}

	@Test
	@DisplayName("F2 What lies behind a link that leads nowhere is unreachable, and no empty list")
	void linkThatLeadsNowhereIsUnreachable() throws Exception {
		Path elsewhere = this.directory.resolve("elsewhere");
		Files.createDirectories(this.directory.resolve("config"));
		Files.createSymbolicLink(this.directory.resolve("config/dev"), elsewhere);
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> this.store.list("dev", "shop"))
			.withMessageContaining("is a link to what is not there");
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> this.store.groups("dev"));
		Files.createDirectory(elsewhere);
		assertThat(this.store.list("dev", "shop")).isEmpty();
		assertThat(this.store.groups("dev")).isEmpty();
	}

	@Test
	void publishLeftHalfDoneByADeadProcessIsFinishedByTheNextReader() throws Exception {
		publish(Publication.put(ORDERS, "old"), Publication.put(STOCK, "old"));
		LocalDirectory other = new LocalDirectory("local", this.directory);
		Journal journal = new Journal(other);
		Journal.Transaction transaction = journal.begin();
		transaction.write(file(ORDERS), "new".getBytes(StandardCharsets.UTF_8));
		transaction.write(file(STOCK), "new".getBytes(StandardCharsets.UTF_8));
		transaction.prepare();
		assertThat(file(ORDERS)).hasContent("old");
		assertThat(this.store.get(Set.of(ORDERS, STOCK)).documents().values()).hasSize(2)
			.allSatisfy((document) -> assertThat(document.text()).isEqualTo("new"));
		assertThat(journal.isPending()).isFalse();
	}

	@Test
	void publishThatDiedBeforeItsCommitLeavesNothing() throws Exception {
		publish(Publication.put(ORDERS, "old"));
		Journal.Transaction transaction = new Journal(new LocalDirectory("local", this.directory)).begin();
		transaction.write(file(ORDERS), "new".getBytes(StandardCharsets.UTF_8));
		publish(Publication.put(STOCK, "new"));
		assertThat(file(ORDERS)).hasContent("old");
		assertThat(this.directory.resolve(".governance/publish")).isEmptyDirectory();
	}

	private List<Revision> publish(Publication... publications) {
		return this.store.publish(List.of(publications), ALICE);
	}

	private Path file(DocumentId id) {
		return new LocalDirectory("local", this.directory).document(id);
	}

}
