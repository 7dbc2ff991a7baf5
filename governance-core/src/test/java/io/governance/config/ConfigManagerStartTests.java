package io.governance.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

import ch.qos.logback.classic.Level;
import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for how a {@link ConfigManager} starts, with and without a backend and a cache.
 */
class ConfigManagerStartTests {

	private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

	private static final StartPolicy STRICT = new StartPolicy(false, false);

	private static final StartPolicy REQUIRED = new StartPolicy(false, true);

	private static final StartPolicy OPTIONAL = new StartPolicy(true, true);

	@TempDir
	private Path directory;

	private final InMemoryConfigSource source = new InMemoryConfigSource();

	private Instant now = NOW;

	@AfterEach
	void close() {
		this.source.close();
	}

	@Test
	void holdsNothingBeforeItLoads() {
		ConfigManager manager = manager();

		assertThat(manager.current()).isSameAs(ConfigSnapshot.EMPTY);
		assertThat(manager.status())
			.isEqualTo(new ConfigStatus(ConfigStatus.Source.NONE, NOW, ConnectionState.CONNECTED, null, null, null));
	}

	@Test
	void loadsTheLayersInTheirOrder() {
		this.source.with("low.yaml", "a: 1\nb: 1").with("high.yaml", "a: 2").with("foreign.yaml", "a: 3");
		ConfigManager manager = manager();

		manager.load(REQUIRED);

		assertThat(value(manager, "a")).isEqualTo(2);
		assertThat(value(manager, "b")).isEqualTo(1);
		assertThat(manager.current().documents().documents()).hasSize(2);
		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.BACKEND);
		assertThat(manager.lastGood()).isEmpty();
	}

	@Test
	void startsWithoutAnyDocument() {
		ConfigManager manager = manager();

		manager.load(REQUIRED);

		assertThat(manager.current().values()).isEmpty();
		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.BACKEND);
	}

	@Test
	void readsViewsThatWereMadeBefore() {
		this.source.with("low.yaml", "a: 1");
		ConfigManager manager = manager();
		ConfigView<Object> view = manager.view("a",
				(snapshot) -> snapshot.values().size() + " of " + manager.visible().values().size());

		manager.load(REQUIRED);

		assertThat(view.get()).isEqualTo("1 of 1");
	}

	@Test
	@DisplayName("F1 a required backend that is down at start fails the start")
	void failsWithoutARequiredBackend() {
		keep("a: 1");
		this.source.goDown();

		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> manager().load(REQUIRED));
	}

	@Test
	@DisplayName("F1 an optional backend that is down at start leaves the last good config, and says so")
	void startsFromTheCacheWithoutABackend() {
		keep("a: 1");
		this.source.goDown();
		this.now = NOW.plusSeconds(60);
		ConfigManager manager = manager();

		manager.load(OPTIONAL);

		assertThat(value(manager, "a")).isEqualTo(1);
		assertThat(manager.status()).isEqualTo(new ConfigStatus(ConfigStatus.Source.CACHE, NOW,
				ConnectionState.DISCONNECTED, "The memory does not answer", null, null));
		assertThat(manager.lastGood()).isEmpty();
	}

	@Test
	@DisplayName("F1 an optional backend that is down at the first start leaves no config")
	void startsWithNothingWithoutABackendAndACache() {
		this.source.goDown();
		ConfigManager manager = manager();

		manager.load(OPTIONAL);

		assertThat(manager.current().values()).isEmpty();
		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.NONE);
		assertThat(manager.status().connection()).isEqualTo(ConnectionState.DISCONNECTED);
		assertThat(manager.status().problem()).isEqualTo("The memory does not answer");
	}

	@Test
	@DisplayName("F2 what the backend holds comes into force when it is back")
	void takesWhatTheBackendHoldsWhenItIsBack() {
		keep("a: 1");
		this.source.goDown();
		ConfigManager manager = manager();
		manager.load(OPTIONAL);
		RecordedEvents events = new RecordedEvents();
		manager.listen(events);
		manager.watch();
		assertThat(events.take()).isEmpty();

		this.source.put("low.yaml", "a: 2");
		this.source.comeBack();

		assertThat(events.take()).containsExactly("CONNECTED", "applied [a]");
		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.BACKEND);
		assertThat(manager.status().problem()).isNull();
	}

	@Test
	@DisplayName("F24 a broken stored document leaves the last good config in force at start")
	void startsFromTheCacheWhenTheStoredDocumentIsBroken() {
		keep("a: 1");
		this.source.put("low.yaml", "a: {");
		ConfigManager manager = manager();

		manager.load(REQUIRED);

		assertThat(value(manager, "a")).isEqualTo(1);
		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.CACHE);
		assertThat(manager.status().rejection()).isNotNull().satisfies((rejection) -> {
			assertThat(rejection.documents()).containsExactly(InMemoryConfigSource.id("low.yaml"));
			assertThat(rejection.describe()).startsWith("dev/shop/low.yaml:1:5: ");
		});

		RecordedEvents events = new RecordedEvents();
		manager.listen(events);
		manager.watch();
		assertThat(events.take()).as("the broken document is known already").isEmpty();
		this.source.put("low.yaml", "a: 3");
		assertThat(events.take()).containsExactly("applied [a]", "recovered");
		assertThat(manager.status().rejection()).isNull();
	}

	@Test
	void failsOnABrokenDocumentWithoutACacheOrWhenToldTo() {
		this.source.put("low.yaml", "a: {");
		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> manager().load(REQUIRED));

		this.source.put("low.yaml", "a: 1");
		keep("a: 1");
		this.source.put("low.yaml", "a: {");
		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> manager().load(STRICT));
	}

	@Test
	@DisplayName("F30 a damaged cache counts as absent")
	void ignoresADamagedCache() throws Exception {
		keep("a: 1");
		Files.writeString(cache().file(), "garbage");
		this.source.goDown();
		ConfigManager manager = manager();

		manager.load(OPTIONAL);

		assertThat(manager.current().values()).isEmpty();
		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.NONE);
	}

	@Test
	void ignoresACacheOfSomebodyElse() {
		cache().save(ConfigDocuments.of(List.of(InMemoryConfigSource.document("other.yaml", "a: 1"))), NOW);
		this.source.goDown();
		ConfigManager manager = manager();

		manager.load(OPTIONAL);

		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.NONE);
	}

	@Test
	void keepsNothingBeforeTheApplicationIsReady() {
		this.source.put("low.yaml", "a: 1");
		ConfigManager manager = manager();
		manager.load(REQUIRED);
		manager.watch();
		this.source.put("low.yaml", "a: 2");
		assertThat(cache().load()).isEmpty();

		manager.ready();
		assertThat(kept()).isEqualTo("a: 2");
		this.source.put("low.yaml", "a: 3");
		assertThat(kept()).isEqualTo("a: 3");
		this.source.put("low.yaml", "a: {");
		assertThat(kept()).isEqualTo("a: 3");
	}

	@Test
	void keepsNothingThatItTookFromTheCache() {
		keep("a: 1");
		this.source.put("low.yaml", "a: {");
		this.now = NOW.plusSeconds(60);
		ConfigManager manager = manager();
		manager.load(REQUIRED);

		manager.ready();

		assertThat(cache().load()).hasValueSatisfying((entry) -> assertThat(entry.time()).isEqualTo(NOW));
	}

	@Test
	void fallsBackFromWhatTurnsOutToBeUnusable() {
		keep("a: 1");
		this.source.put("low.yaml", "a: s3cretValue");
		ConfigManager manager = manager();
		manager.load(REQUIRED);
		assertThat(manager.lastGood()).isPresent();
		InvalidConfigException reason = new InvalidConfigException(manager.current().originOf("a"), "a",
				"is not a number", null);

		try (CapturedLog log = CapturedLog.open()) {
			assertThat(manager.fallBack(reason, STRICT)).isFalse();
			assertThat(log.lines(Level.INFO)).isEmpty();
			assertThat(manager.fallBack(reason, REQUIRED)).isTrue();
			assertThat(log.lines(Level.INFO)).containsExactly(
					"ERROR Stored config cannot be used: dev/shop/low.yaml:1:4: 'a' is not a number. Starting with the last good config, kept at 2026-01-02T03:04:05Z");
			assertThat(log.text()).doesNotContain("s3cretValue");
		}

		assertThat(value(manager, "a")).isEqualTo(1);
		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.CACHE);
		assertThat(manager.fallBack(reason, REQUIRED)).as("only once").isFalse();
		RecordedEvents events = new RecordedEvents();
		manager.listen(events);
		manager.watch();
		assertThat(events.take()).isEmpty();
		assertThat(value(manager, "a")).isEqualTo(1);
	}

	@Test
	void doesNotFallBackToTheSame() {
		keep("a: 1");
		ConfigManager manager = manager();
		manager.load(REQUIRED);

		assertThat(manager.lastGood()).isEmpty();
		assertThat(manager.fallBack(new InvalidConfigException(null, "a", "is wrong", null), REQUIRED)).isFalse();
		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.BACKEND);
	}

	@Test
	void worksWithoutACache() {
		this.source.put("low.yaml", "a: 1");
		ConfigManager manager = ConfigManager.of(this.source, List.of(InMemoryConfigSource.id("low.yaml"))).build();
		manager.load(OPTIONAL);
		manager.ready();

		assertThat(manager.lastGood()).isEmpty();
		assertThat(value(manager, "a")).isEqualTo(1);
	}

	/** Stores a document and has an application work with it. */
	private void keep(String text) {
		this.source.put("low.yaml", text);
		try (ConfigManager before = manager()) {
			before.load(REQUIRED);
			before.ready();
		}
	}

	private String kept() {
		return cache().load()
			.orElseThrow()
			.documents()
			.find(InMemoryConfigSource.id("low.yaml"))
			.map(ConfigDocument::text)
			.orElseThrow();
	}

	private static Object value(ConfigManager manager, String key) {
		ConfigValue value = manager.current().get(key);
		return (value != null) ? value.value() : null;
	}

	private SnapshotCache cache() {
		return new SnapshotCache(this.directory.resolve("cache"), "orders");
	}

	private ConfigManager manager() {
		return ConfigManager
			.of(this.source, List.of(InMemoryConfigSource.id("low.yaml"), InMemoryConfigSource.id("high.yaml")))
			.cache(cache())
			.clock(() -> this.now)
			.build();
	}

}
