package io.governance.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for how a {@link ConfigManager} starts while something is stored that was refused
 * before, or that a validator refuses.
 */
class RefusedConfigTests {

	private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

	private static final StartPolicy LAST_GOOD = new StartPolicy(false, true);

	private static final StartPolicy FAIL = new StartPolicy(false, false);

	private static final List<DocumentId> LAYERS = List.of(InMemoryConfigSource.id("low.yaml"),
			InMemoryConfigSource.id("high.yaml"));

	@TempDir
	private Path directory;

	private final InMemoryConfigSource source = new InMemoryConfigSource();

	private String release = "1.0";

	@AfterEach
	void close() {
		this.source.close();
	}

	@Test
	@DisplayName("F24 what a running application refused is not what it starts with")
	void startsWithTheLastGoodConfigWhileWhatWasRefusedIsStored() throws IOException {
		refuse("a: s3cretValue");
		byte[] kept = Files.readAllBytes(cache().file());

		for (int restart = 0; restart < 2; restart++) {
			try (ConfigManager manager = manager(LAYERS)) {
				manager.load(LAST_GOOD);
				manager.ready();

				assertThat(value(manager)).isEqualTo(1);
				assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.CACHE);
				assertThat(manager.status().rejection()).isNotNull()
					.satisfies((rejection) -> assertThat(rejection.describe())
						.isEqualTo("dev/shop/low.yaml: was refused at 2026-01-02T03:04:05Z and has not changed since "
								+ "(dev/shop/low.yaml: was rolled back, because observer 'picky' failed: "
								+ "java.lang.IllegalStateException)"));
				manager.watch();
				assertThat(value(manager)).isEqualTo(1);
			}
		}
		assertThat(cache().file()).hasBinaryContent(kept);
		assertThat(Files.readString(mark(), StandardCharsets.ISO_8859_1)).doesNotContain("s3cretValue");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(mark()))).isEqualTo("rw-------");
	}

	@Test
	void startsWithAFixAndForgetsWhatWasRefused() {
		refuse("a: 2");
		this.source.put("low.yaml", "a: 3");

		try (ConfigManager manager = manager(LAYERS)) {
			manager.load(LAST_GOOD);
			assertThat(value(manager)).isEqualTo(3);
			assertThat(manager.status().rejection()).isNull();
			assertThat(mark()).as("not yet accepted").exists();

			manager.ready();
			assertThat(mark()).doesNotExist();
		}
	}

	@Test
	void forgetsWhatWasRefusedWhenALaterStateIsAccepted() {
		refuse("a: 2");
		try (ConfigManager manager = manager(LAYERS)) {
			manager.load(LAST_GOOD);
			manager.ready();
			manager.watch();

			this.source.put("low.yaml", "a: 3");

			assertThat(value(manager)).isEqualTo(3);
			assertThat(mark()).doesNotExist();
		}
	}

	@Test
	void triesWhatWasRefusedWhenToldTo() {
		refuse("a: 2");
		try (ConfigManager manager = manager(LAYERS)) {
			manager.load(FAIL);
			manager.ready();

			assertThat(value(manager)).isEqualTo(2);
			assertThat(mark()).doesNotExist();
		}
	}

	@Test
	void triesWhatWasRefusedWithoutALastGoodConfig() throws IOException {
		refuse("a: 2");
		Files.delete(cache().file());
		try (ConfigManager manager = manager(LAYERS)) {
			manager.load(LAST_GOOD);

			assertThat(value(manager)).isEqualTo(2);
		}
	}

	@Test
	void triesOnceWhatAnotherReleaseHasRefused() {
		refuse("a: 2");
		this.release = "2.0";
		try (ConfigManager manager = manager(LAYERS)) {
			manager.load(LAST_GOOD);
			assertThat(value(manager)).isEqualTo(2);
		}

		try (ConfigManager manager = manager(LAYERS)) {
			manager.load(LAST_GOOD);
			assertThat(value(manager)).as("it did not get ready the first time").isEqualTo(1);
		}

		this.release = "3.0";
		try (ConfigManager manager = manager(LAYERS)) {
			manager.load(LAST_GOOD);
			manager.ready();
			assertThat(value(manager)).isEqualTo(2);
			assertThat(mark()).doesNotExist();
		}
	}

	@Test
	void remembersNothingThatTheNextStartFindsOutByItself() {
		refuse("a: {");

		assertThat(mark()).doesNotExist();
		try (ConfigManager manager = manager(LAYERS)) {
			manager.load(LAST_GOOD);
			assertThat(value(manager)).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void remembersNothingThatAnApplicationRefusesWhileItCloses(boolean concludes) {
		ConfigManager manager = ready("a: 1");
		manager.validate((change) -> {
			if (concludes) {
				manager.conclude();
			}
			else {
				manager.close();
			}
			throw new IllegalStateException("closed");
		});
		manager.watch();
		this.source.put("low.yaml", "a: 2");

		assertThat(manager.status().rejection()).isNotNull();
		assertThat(mark()).doesNotExist();
	}

	@Test
	void usesALastGoodConfigOfOtherDocumentsThanThoseThatAreReadNow() {
		this.source.put("high.yaml", "b: 1");
		refuse("a: 2");

		this.source.put("new.yaml", "c: 1");
		for (List<DocumentId> layers : List.of(List.of(InMemoryConfigSource.id("low.yaml")),
				List.of(InMemoryConfigSource.id("low.yaml"), InMemoryConfigSource.id("high.yaml"),
						InMemoryConfigSource.id("new.yaml")))) {
			try (ConfigManager manager = manager(layers)) {
				manager.load(LAST_GOOD);
				assertThat(value(manager)).as("refused, read %s", layers).isEqualTo(1);
				assertThat(manager.current().documents().documents().keySet()).isSubsetOf(layers);
			}
		}
		this.source.put("low.yaml", "a: {");
		for (List<DocumentId> layers : List.of(List.of(InMemoryConfigSource.id("low.yaml")),
				List.of(InMemoryConfigSource.id("low.yaml"), InMemoryConfigSource.id("high.yaml"),
						InMemoryConfigSource.id("new.yaml")))) {
			try (ConfigManager manager = manager(layers)) {
				manager.load(LAST_GOOD);
				assertThat(value(manager)).as("broken, read %s", layers).isEqualTo(1);
			}
		}
	}

	@Test
	@DisplayName("F30 a note of what was refused that is cut off is ignored")
	void ignoresADamagedNote() throws IOException {
		refuse("a: 2");
		byte[] whole = Files.readAllBytes(mark());
		for (int length = 0; length < whole.length; length += 7) {
			Files.write(mark(), Arrays.copyOf(whole, length));
			try (ConfigManager manager = manager(LAYERS)) {
				manager.load(LAST_GOOD);
				assertThat(value(manager)).isEqualTo(2);
			}
		}
	}

	@Test
	void goesBackWhenAValidatorRefusesWhatWasLoaded() {
		ready("a: 1").close();
		this.source.put("low.yaml", "a: 2");
		ConfigManager manager = manager(LAYERS);
		manager.load(LAST_GOOD);
		manager.validate((change) -> {
			if (!Integer.valueOf(1).equals(change.after().get("a").value())) {
				throw new InvalidConfigException(change.after().originOf("a"), "a", "must be 1", null);
			}
		});
		List<String> told = new ArrayList<>();
		manager.observe(new RecordingObserver("told", 0, told));
		RecordedEvents events = new RecordedEvents();
		manager.listen(events);

		try (CapturedLog log = CapturedLog.open()) {
			manager.prove(LAST_GOOD);
			manager.ready();

			assertThat(log.lines(Level.WARN)).containsExactly(
					"ERROR Stored config cannot be used: dev/shop/low.yaml:1:4: 'a' must be 1. Starting with the last good config, kept at 2026-01-02T03:04:05Z");
		}
		assertThat(value(manager)).isEqualTo(1);
		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.CACHE);
		assertThat(manager.status().rejection()).isNotNull();
		assertThat(told).containsExactly("told 2->1");
		assertThat(events.take()).satisfiesExactly((first) -> assertThat(first).isEqualTo("applied [a]"),
				(second) -> assertThat(second).startsWith("rejected"));
		assertThat(cache().load().orElseThrow().documents().documents().values()).singleElement()
			.satisfies((document) -> assertThat(document.text()).isEqualTo("a: 1"));
		assertThat(mark()).exists();
		manager.close();
	}

	@Test
	void doesNotStartWithWhatAValidatorRefusesWhenThereIsNothingToGoBackTo() {
		this.source.put("low.yaml", "a: s3cretValue");
		try (ConfigManager manager = manager(LAYERS)) {
			manager.load(LAST_GOOD);
			manager.prove(LAST_GOOD);
			manager.validate((change) -> {
				throw new IllegalStateException("s3cretValue");
			});
			assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> manager.prove(LAST_GOOD))
				.withMessageContaining("was refused: java.lang.IllegalStateException")
				.withMessageNotContaining("s3cretValue")
				.satisfies((ex) -> assertThat(ex.getCause()).hasMessageNotContaining("s3cretValue"));
		}
	}

	@Test
	void asksNoValidatorAtStartAboutTheLastGoodConfigNorOneThatDoesNotWantIt() {
		ready("a: 1").close();
		try (ConfigManager manager = manager(LAYERS)) {
			manager.load(LAST_GOOD);
			manager.validate((change) -> {
				throw new IllegalStateException();
			});
			manager.prove(LAST_GOOD);
		}
		this.source.put("low.yaml", "a: 2");
		try (ConfigManager manager = manager(LAYERS)) {
			manager.load(LAST_GOOD);
			manager.validate(new ConfigValidator() {

				@Override
				public boolean atStart() {
					return false;
				}

				@Override
				public void validate(ConfigChange change) {
					throw new IllegalStateException();
				}

			});
			manager.prove(LAST_GOOD);
			assertThat(value(manager)).isEqualTo(2);
		}
	}

	@Test
	void showsTheReasonOfAnInvalidConfigExceptionHoweverItIsWrapped() {
		try (ConfigManager manager = ready("a: 1")) {
			manager.observe(new RecordingObserver("wrapping", 0, new ArrayList<>())
				.failingWith(new IllegalStateException("s3cretValue",
						new InvalidConfigException(null, "a", "must be a currency, such as EUR", null))));
			manager.watch();
			this.source.put("low.yaml", "a: 2");

			assertThat(manager.status().rejection()).isNotNull()
				.satisfies((rejection) -> assertThat(rejection.describe())
					.isEqualTo("dev/shop/low.yaml: 'a' was rolled back, because observer 'wrapping' failed: "
							+ "must be a currency, such as EUR"));
		}
	}

	/** An application works with one state, and refuses another one. */
	private void refuse(String text) {
		try (ConfigManager manager = ready("a: 1")) {
			manager.observe(
					new RecordingObserver("picky", 0, new ArrayList<>()).failingWith(new IllegalStateException("no")));
			manager.watch();
			this.source.put("low.yaml", text);
			assertThat(value(manager)).isEqualTo(1);
			assertThat(manager.status().rejection()).isNotNull();
		}
	}

	private ConfigManager ready(String text) {
		this.source.put("low.yaml", text);
		ConfigManager manager = manager(LAYERS);
		manager.load(LAST_GOOD);
		manager.prove(LAST_GOOD);
		manager.ready();
		return manager;
	}

	private Path mark() {
		return this.directory.resolve("cache/orders.refused");
	}

	private static Object value(ConfigManager manager) {
		ConfigValue value = manager.current().get("a");
		return (value != null) ? value.value() : null;
	}

	private SnapshotCache cache() {
		return new SnapshotCache(this.directory.resolve("cache"), "orders");
	}

	private ConfigManager manager(List<DocumentId> layers) {
		return ConfigManager.of(this.source, layers).cache(cache()).release(this.release).clock(() -> NOW).build();
	}

}
