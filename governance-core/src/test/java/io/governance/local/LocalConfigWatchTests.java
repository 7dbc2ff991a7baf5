package io.governance.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.Subscription;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class LocalConfigWatchTests {

	private static final DocumentId ORDERS = new DocumentId("dev", "shop", "orders.yaml");

	private static final DocumentId STOCK = new DocumentId("dev", "shop", "stock.yaml");

	private static final Author TEST = Author.of("test");

	@RegisterExtension
	final LocalBackends backends = new LocalBackends();

	@TempDir
	Path directory;

	private final RecordingConfigListener listener = new RecordingConfigListener();

	private LocalBackend backend;

	@BeforeEach
	void openBackend() {
		this.backend = this.backends.open(this.directory);
	}

	@Test
	void deletedDocumentIsGone() throws Exception {
		save(ORDERS, "a: 1");
		watch(ORDERS);
		await().until(() -> this.listener.latest(ORDERS).equals("a: 1"));
		Files.delete(file(ORDERS));
		await().until(() -> this.listener.latest(ORDERS).equals("-"));
	}

	@Test
	void fileWrittenInManyPiecesIsSeenWhole() throws Exception {
		this.backend = this.backends.openPatient(this.directory);
		save(ORDERS, "old");
		watch(ORDERS);
		await().until(() -> this.listener.latest(ORDERS).equals("old"));
		Files.writeString(file(ORDERS), "", StandardOpenOption.TRUNCATE_EXISTING);
		writeInPieces();
		await().until(() -> this.listener.latest(ORDERS).length() == 20);
		assertThat(this.listener.texts(ORDERS)).containsExactly("old", "x".repeat(20));
	}

	@Test
	void editorThatRenamesTheOldFileAwayAndWritesANewOneInPiecesIsSeenWhole() throws Exception {
		this.backend = this.backends.openPatient(this.directory);
		save(ORDERS, "old");
		watch(ORDERS);
		await().until(() -> this.listener.latest(ORDERS).equals("old"));
		Path backup = file(ORDERS).resolveSibling("orders.yaml~");
		Files.move(file(ORDERS), backup);
		Files.createFile(file(ORDERS));
		writeInPieces();
		Files.delete(backup);
		await().until(() -> this.listener.latest(ORDERS).length() == 20);
		assertThat(this.listener.texts(ORDERS)).containsExactly("old", "x".repeat(20));
	}

	@Test
	void editorThatPutsTheOldFileBackForAMomentIsNotSeen() throws Exception {
		this.backend = this.backends.openPatient(this.directory);
		save(ORDERS, "old");
		watch(ORDERS);
		await().until(() -> this.listener.latest(ORDERS).equals("old"));
		Path backup = file(ORDERS).resolveSibling("orders.yaml~");
		Files.move(file(ORDERS), backup);
		Files.move(backup, file(ORDERS));
		save(STOCK, "not watched");
		rename(ORDERS, "new");
		await().until(() -> this.listener.latest(ORDERS).equals("new"));
		assertThat(this.listener.texts(ORDERS)).containsExactly("old", "new");
	}

	private void writeInPieces() throws Exception {
		ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();
		CountDownLatch pieces = new CountDownLatch(20);
		ScheduledFuture<?> writing = writer.scheduleAtFixedRate(() -> {
			if (pieces.getCount() > 0) {
				append("x");
				pieces.countDown();
			}
		}, 0, 10, TimeUnit.MILLISECONDS);
		pieces.await();
		writing.cancel(false);
		writer.shutdown();
	}

	private void append(String text) {
		try {
			Files.writeString(file(ORDERS), text, StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void everyRenameOntoTheDocumentIsTakenWithoutSettling() throws Exception {
		LocalSettings slow = new LocalSettings(this.directory.toString(), Duration.ofSeconds(10), null,
				Duration.ofMinutes(5));
		save(ORDERS, "0");
		try (LocalBackend patient = new LocalBackend("local", "dev", slow, InstantSource.system(), true)) {
			patient.config().watch(Set.of(ORDERS), this.listener);
			await().until(() -> this.listener.latest(ORDERS).equals("0"));
			for (int i = 1; i <= 20; i++) {
				String text = Integer.toString(i);
				rename(ORDERS, text);
				await().until(() -> this.listener.latest(ORDERS).equals(text));
			}
		}
	}

	@Test
	@DisplayName("F11 F23 What has not changed is not delivered again")
	void unchangedContentIsNotDeliveredAgain() throws Exception {
		save(ORDERS, "a: 1");
		watch(ORDERS);
		await().until(() -> this.listener.latest(ORDERS).equals("a: 1"));
		save(ORDERS, "a: 1");
		rename(ORDERS, "a: 1");
		RecordingConfigListener both = new RecordingConfigListener();
		this.backend.config().watch(Set.of(ORDERS, STOCK), both);
		save(STOCK, "b: 1");
		await().until(() -> both.latest(STOCK).equals("b: 1"));
		assertThat(this.listener.texts(ORDERS)).containsExactly("a: 1");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void twoHundredDocumentsAreWatchedTogether(boolean events) throws Exception {
		LocalBackend backend = this.backends.open(this.directory, Duration.ofSeconds(1), Duration.ofMillis(200),
				events);
		Set<DocumentId> ids = new HashSet<>();
		for (int i = 0; i < 200; i++) {
			ids.add(new DocumentId("dev", "group" + (i % 10), "document" + i + ".yaml"));
		}
		backend.config().watch(ids, this.listener);
		await().until(() -> this.listener.deliveries.size() == 1);
		for (DocumentId id : ids) {
			save(id, "name: " + id.name());
		}
		await()
			.until(() -> this.listener.deliveries.get(this.listener.deliveries.size() - 1).documents().size() == 200);
		assertThat(this.listener.deliveries.get(this.listener.deliveries.size() - 1).documents().values())
			.allSatisfy((document) -> assertThat(document.text()).isEqualTo("name: " + document.id().name()));
	}

	@Test
	void newDocumentPublishedTogetherWithAnOldOneIsSeenTogetherWithIt() throws Exception {
		this.backend.config().publish(List.of(Publication.put(ORDERS, "old")), TEST);
		watch(ORDERS, STOCK);
		await().until(() -> this.listener.latest(ORDERS).equals("old"));
		this.backend.config().publish(pair("new"), TEST);
		await().until(() -> this.listener.latest(ORDERS).equals("new"));
		assertThat(this.listener.texts(STOCK)).containsExactly("-", "new");
	}

	private static List<Publication> pair(String text) {
		return List.of(Publication.put(ORDERS, text), Publication.put(STOCK, text));
	}

	@Test
	void changesAreFoundByLookingAgainWhereTheSystemTellsNothing() throws Exception {
		LocalBackend blind = this.backends.openWithoutEvents(this.directory);
		save(ORDERS, "a: 1");
		blind.config().watch(Set.of(ORDERS), this.listener);
		await().until(() -> this.listener.latest(ORDERS).equals("a: 1"));
		save(ORDERS, "a: 22");
		await().until(() -> this.listener.latest(ORDERS).equals("a: 22"));
		rename(ORDERS, "a: 33");
		await().until(() -> this.listener.latest(ORDERS).equals("a: 33"));
		Files.delete(file(ORDERS));
		await().until(() -> this.listener.latest(ORDERS).equals("-"));
	}

	@Test
	void changeBehindALinkIsFound() throws Exception {
		Files.createDirectories(file(ORDERS).getParent());
		Path elsewhere = Files.writeString(this.directory.resolve("elsewhere"), "a: 1");
		Files.createSymbolicLink(file(ORDERS), elsewhere);
		watch(ORDERS);
		await().until(() -> this.listener.latest(ORDERS).equals("a: 1"));
		Files.writeString(elsewhere, "a: 22");
		await().until(() -> this.listener.latest(ORDERS).equals("a: 22"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void documentsBehindALinkThatIsSwappedAreSeenTogether(boolean events) throws Exception {
		LocalBackend backend = this.backends.open(this.directory, LocalBackends.LEASE, Duration.ofMillis(100), events);
		Path group = Files.createDirectories(file(ORDERS).getParent());
		Set<DocumentId> ids = new HashSet<>();
		for (int i = 0; i < 50; i++) {
			DocumentId id = new DocumentId("dev", "shop", "document" + i + ".yaml");
			ids.add(id);
			Files.createSymbolicLink(file(id), Path.of("..data", id.name()));
		}
		mount(group, "0", ids);
		backend.config().watch(ids, this.listener);
		for (int version = 1; version <= 10; version++) {
			String text = Integer.toString(version);
			mount(group, text, ids);
			await().until(() -> ids.stream().allMatch((id) -> this.listener.latest(id).equals(text)));
		}
		assertThat(this.listener.deliveries).allSatisfy((documents) -> {
			assertThat(documents.documents()).hasSize(ids.size());
			assertThat(documents.documents().values()).extracting(ConfigDocument::text)
				.containsOnly(documents.documents().values().iterator().next().text());
		});
	}

	/** As Kubernetes does with a ConfigMap. */
	private static void mount(Path group, String version, Set<DocumentId> ids) throws IOException {
		Path data = Files.createDirectory(group.resolve(".." + version));
		for (DocumentId id : ids) {
			Files.writeString(data.resolve(id.name()), version);
		}
		Path link = Files.createSymbolicLink(group.resolve("..data_tmp"), data.getFileName());
		Files.move(link, group.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
	}

	@Test
	@DisplayName("F2 F5 What lies behind a link that leads nowhere is a lost connection and not a deletion")
	void linkThatLeadsNowhereIsALostConnection() throws Exception {
		Path elsewhere = Files.createDirectory(this.directory.resolve("elsewhere"));
		Files.writeString(elsewhere.resolve("orders.yaml"), "a: 1");
		Files.createDirectories(file(ORDERS).getParent());
		Files.createSymbolicLink(file(ORDERS), elsewhere.resolve("orders.yaml"));
		DocumentId inGroup = new DocumentId("dev", "linked", "orders.yaml");
		Files.createSymbolicLink(file(inGroup).getParent(), elsewhere);
		RecordingConfigListener other = new RecordingConfigListener();
		watch(ORDERS);
		this.backend.config().watch(Set.of(inGroup), other);
		List<RecordingConfigListener> listeners = List.of(this.listener, other);
		await().until(() -> this.listener.latest(ORDERS).equals("a: 1") && other.latest(inGroup).equals("a: 1"));
		Path away = Files.move(elsewhere, this.directory.resolve("away"));
		await().untilAsserted(() -> assertThat(listeners)
			.allSatisfy((one) -> assertThat(one.connections).containsExactly(ConnectionState.DISCONNECTED)));
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.backend.config().get(Set.of(ORDERS)))
			.withMessageContaining("orders.yaml is a link to what is not there");
		Files.move(away, elsewhere);
		await().untilAsserted(() -> assertThat(listeners).allSatisfy((one) -> assertThat(one.connections)
			.containsExactly(ConnectionState.DISCONNECTED, ConnectionState.CONNECTED)));
		assertThat(this.listener.texts(ORDERS)).containsExactly("a: 1");
		assertThat(other.texts(inGroup)).containsExactly("a: 1");
		Files.delete(file(ORDERS));
		await().until(() -> this.listener.latest(ORDERS).equals("-"));
	}

	@Test
	void changeThatIsAsLongAndOfTheSameTimeIsFoundWhereTheSystemTellsNothing() throws Exception {
		Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
		LocalSettings settings = new LocalSettings(this.directory.toString(), null, null, Duration.ofMillis(100));
		try (LocalBackend coarse = new LocalBackend("local", "dev", settings, () -> now, false)) {
			save(ORDERS, "a: 1");
			Files.setLastModifiedTime(file(ORDERS), FileTime.from(now));
			coarse.config().watch(Set.of(ORDERS), this.listener);
			await().until(() -> this.listener.latest(ORDERS).equals("a: 1"));
			Files.writeString(file(ORDERS), "a: 2", StandardOpenOption.TRUNCATE_EXISTING);
			Files.setLastModifiedTime(file(ORDERS), FileTime.from(now));
			await().until(() -> this.listener.latest(ORDERS).equals("a: 2"));
		}
	}

	@Test
	@DisplayName("F2 F5 A directory that vanishes is a lost connection and not a deletion, and it may come back")
	void vanishedDirectoryIsALostConnection() throws Exception {
		Path base = this.directory.resolve("fleet");
		LocalBackend backend = this.backends.open(base);
		backend.config().publish(pair("a: 1"), TEST);
		backend.config().watch(Set.of(ORDERS, STOCK), this.listener);
		await().until(() -> this.listener.latest(ORDERS).equals("a: 1"));
		Path away = this.directory.resolve("away");
		Files.move(base, away);
		await().until(() -> this.listener.connections.equals(List.of(ConnectionState.DISCONNECTED)));
		Files.writeString(away.resolve("config/dev/shop/orders.yaml"), "a: 2");
		Files.move(away, base);
		await().until(() -> this.listener.latest(ORDERS).equals("a: 2"));
		assertThat(this.listener.connections).containsExactly(ConnectionState.DISCONNECTED, ConnectionState.CONNECTED);
		assertThat(this.listener.texts(ORDERS)).containsExactly("a: 1", "a: 2");
		Files.writeString(base.resolve("config/dev/shop/orders.yaml"), "a: 3");
		await().until(() -> this.listener.latest(ORDERS).equals("a: 3"));
	}

	@Test
	@DisplayName("F2 A directory that has vanished is not made anew by who writes: its documents would be deleted")
	void vanishedDirectoryIsNotMadeAnew() throws Exception {
		Path base = this.directory.resolve("fleet");
		LocalBackend backend = this.backends.open(base);
		backend.config().publish(pair("a: 1"), TEST);
		backend.config().watch(Set.of(ORDERS, STOCK), this.listener);
		await().until(() -> this.listener.latest(ORDERS).equals("a: 1"));
		Path away = Files.move(base, this.directory.resolve("away"));
		await().until(() -> this.listener.connections.equals(List.of(ConnectionState.DISCONNECTED)));
		for (ThrowingCallable write : List.<ThrowingCallable>of(() -> backend.config().publish(pair("a: 2"), TEST),
				() -> backend.registry().put("orders", List.of(Instance.of("orders", "127.0.0.1", 8080).build())),
				() -> backend.lock().acquire("job", Duration.ZERO))) {
			assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(write)
				.withMessageContaining("make sure that the directory " + base + " exists");
		}
		assertThat(base).doesNotExist();
		Files.move(away, base);
		await().until(() -> this.listener.connections
			.equals(List.of(ConnectionState.DISCONNECTED, ConnectionState.CONNECTED)));
		assertThat(this.listener.texts(ORDERS)).containsExactly("a: 1");
	}

	@Test
	@DisplayName("F1 A watch of a directory that cannot be made begins as disconnected and recovers")
	void watchBeginsWithoutADirectory() throws Exception {
		Path file = Files.writeString(this.directory.resolve("file"), "not a directory");
		LocalBackend backend = this.backends.open(file);
		backend.config().watch(Set.of(ORDERS), this.listener);
		await().until(() -> this.listener.connections.equals(List.of(ConnectionState.DISCONNECTED)));
		assertThat(this.listener.deliveries).isEmpty();
		Files.delete(file);
		await().until(() -> this.listener.latest(ORDERS).equals("-"));
		assertThat(this.listener.connections).containsExactly(ConnectionState.DISCONNECTED, ConnectionState.CONNECTED);
	}

	@Test
	@DisplayName("F5 A watch that began without a directory is told as soon as anybody has read it")
	void watchThatBeganWithoutADirectoryIsToldWithTheNextRead() throws Exception {
		Path base = Files.writeString(this.directory.resolve("file"), "not a directory");
		LocalBackend backend = this.backends.open(base, Duration.ofSeconds(1), Duration.ofMinutes(5), true);
		backend.config().watch(Set.of(ORDERS), this.listener);
		await().until(() -> this.listener.connections.equals(List.of(ConnectionState.DISCONNECTED)));
		Files.delete(base);
		Files.createDirectory(base);
		backend.config().watch(Set.of(STOCK), new RecordingConfigListener());
		await().until(() -> this.listener.latest(ORDERS).equals("-"));
	}

	@Test
	void documentThatCannotBeReadLosesOnlyTheWatchesOfIt() throws Exception {
		Files.createDirectories(file(ORDERS).getParent());
		Files.createSymbolicLink(file(ORDERS), file(ORDERS));
		watch(ORDERS);
		RecordingConfigListener other = new RecordingConfigListener();
		this.backend.config().watch(Set.of(STOCK), other);
		await().until(() -> this.listener.connections.equals(List.of(ConnectionState.DISCONNECTED)));
		await().until(() -> other.latest(STOCK).equals("-"));
		rename(ORDERS, "a: 1");
		await().until(() -> this.listener.latest(ORDERS).equals("a: 1"));
		assertThat(other.connections).isEmpty();
	}

	@Test
	void removedGroupDirectoryIsWatchedAgain() throws Exception {
		save(ORDERS, "a: 1");
		watch(ORDERS);
		await().until(() -> this.listener.latest(ORDERS).equals("a: 1"));
		Files.delete(file(ORDERS));
		Files.delete(file(ORDERS).getParent());
		await().until(() -> this.listener.latest(ORDERS).equals("-"));
		save(ORDERS, "a: 2");
		await().until(() -> this.listener.latest(ORDERS).equals("a: 2"));
	}

	private Subscription watch(DocumentId... ids) {
		return this.backend.config().watch(Set.of(ids), this.listener);
	}

	private Path file(DocumentId id) {
		return new LocalDirectory("local", this.directory).document(id);
	}

	private void save(DocumentId id, String text) throws IOException {
		Files.createDirectories(file(id).getParent());
		Files.writeString(file(id), text);
	}

	private void rename(DocumentId id, String text) throws IOException {
		Path beside = Files.writeString(file(id).resolveSibling("." + id.name() + ".new"), text);
		Files.move(beside, file(id), StandardCopyOption.ATOMIC_MOVE);
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
	}

}
