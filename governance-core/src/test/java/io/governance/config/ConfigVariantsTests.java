package io.governance.config;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import ch.qos.logback.classic.Level;
import io.governance.GovernanceException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for variants of documents, for a process and for the requests of lanes.
 */
class ConfigVariantsTests {

	private static final DocumentId RULES = InMemoryConfigSource.id("rules.txt");

	private final InMemoryConfigSource source = new InMemoryConfigSource().with("low.yaml", "a: 1\nb: 1")
		.with("high.yaml", "c: 1");

	private final RecordedEvents events = new RecordedEvents();

	private volatile @Nullable String lane;

	@TempDir
	private Path directory;

	private CapturedLog log;

	private ConfigManager manager;

	@BeforeEach
	void open() {
		this.log = CapturedLog.open();
	}

	@AfterEach
	void close() {
		this.log.close();
		this.manager.close();
		this.source.close();
	}

	private void start() {
		this.manager = build(null, Duration.ZERO);
		this.manager.load(new StartPolicy(false, false));
		this.manager.listen(this.events);
		this.manager.watch();
	}

	private ConfigManager build(@Nullable SnapshotCache cache, Duration settle) {
		return ConfigManager
			.of(this.source, List.of(InMemoryConfigSource.id("low.yaml"), InMemoryConfigSource.id("high.yaml")))
			.variants(new Rules())
			.cache(cache)
			.settle(settle)
			.build();
	}

	/** Saves, and waits until all watches have delivered, the new ones too. */
	private void save(Map<String, String> documents) {
		this.source.put(documents);
		this.source.tellAgain();
	}

	private Object value(String key) {
		ConfigValue value = this.manager.current().get(key);
		return (value != null) ? value.value() : "none";
	}

	private ConfigView<Object> view(String key) {
		return this.manager.view(key, (snapshot) -> {
			ConfigValue value = snapshot.find(key);
			if (value != null && value.value().equals("bad")) {
				throw new InvalidConfigException(value.origin(), key, "cannot be bound", null);
			}
			return List.of((value != null) ? value.value() : "none");
		});
	}

	private Object inLane(String lane, ConfigView<Object> view) {
		this.lane = lane;
		try {
			return view.get();
		}
		finally {
			this.lane = null;
		}
	}

	@Test
	void variantTakesThePlaceOfItsDocumentFromTheFirstMoment() {
		this.source.put(Map.of("rules.txt", "x", "low.x.yaml", "a: 2\nc: 2"));
		start();
		assertThat(value("a")).isEqualTo(2);
		assertThat(value("b")).isEqualTo("none");
		assertThat(value("c")).as("of a higher layer").isEqualTo(1);
		assertThat(this.manager.current().variants())
			.containsExactly(Map.entry(InMemoryConfigSource.id("low.yaml"), InMemoryConfigSource.id("low.x.yaml")));
		assertThat(this.manager.current().merged()).containsExactly(InMemoryConfigSource.id("low.x.yaml"),
				InMemoryConfigSource.id("high.yaml"));
		assertThat(this.events.take()).isEmpty();
	}

	@Test
	void variantThatIsChosenLaterIsReadBeforeAnythingIsApplied() {
		start();
		save(Map.of("low.x.yaml", "a: 2\nb: 1"));
		assertThat(this.events.take()).as("nobody has it").isEmpty();
		save(Map.of("rules.txt", "x", "high.yaml", "c: 2"));
		assertThat(value("a")).isEqualTo(2);
		assertThat(this.events.take()).containsExactly("applied [a, c]");
		assertThat(this.log.lines(Level.INFO))
			.contains("INFO Config variants of this instance: dev/shop/low.x.yaml for dev/shop/low.yaml");
		save(Map.of("low.x.yaml", "a: 3\nb: 1"));
		assertThat(value("a")).isEqualTo(3);
		assertThat(this.source.watches()).isEqualTo(1);
	}

	@Test
	void documentIsInForceAgainWhenItsVariantIsNoLongerChosenOrDeleted() {
		start();
		save(Map.of("rules.txt", "x", "low.x.yaml", "a: 2\nb: 2"));
		this.events.take();
		save(Map.of("rules.txt", ""));
		assertThat(this.events.take()).containsExactly("applied [a, b]");
		save(Map.of("rules.txt", "x"));
		assertThat(value("a")).isEqualTo(2);
		this.source.delete("low.x.yaml");
		assertThat(value("a")).isEqualTo(1);
		assertThat(this.manager.current().variants()).isEmpty();
	}

	@Test
	void promotedVariantChangesNothingForThoseWhoHadIt() {
		start();
		save(Map.of("rules.txt", "x", "low.x.yaml", "a: 2"));
		this.events.take();
		this.source.putLater(Map.of("low.yaml", "a: 2"));
		this.source.delete("low.x.yaml");
		assertThat(this.events.take()).isEmpty();
		assertThat(value("a")).isEqualTo(2);
		assertThat(this.manager.current().variants()).isEmpty();
	}

	@Test
	void ofSeveralVariantsTheFirstThatADocumentHasCounts() {
		this.source.put(Map.of("rules.txt", "x y", "low.y.yaml", "a: y", "high.y.yaml", "c: y"));
		this.source.put("low.x.yaml", "a: x");
		start();
		assertThat(value("a")).isEqualTo("x");
		assertThat(value("c")).isEqualTo("y");
	}

	@Test
	void choiceStaysWhileItsSourceIsBrokenAndTheConfigGoesOn() {
		start();
		save(Map.of("rules.txt", "x", "low.x.yaml", "a: 2"));
		save(Map.of("rules.txt", "broken", "high.yaml", "c: 5"));
		assertThat(value("a")).isEqualTo(2);
		assertThat(value("c")).isEqualTo(5);
		assertThat(this.manager.status().rejection()).isNull();
	}

	@Test
	void variantThatDoesNotParseRejectsTheChangeByItsOwnName() {
		start();
		save(Map.of("rules.txt", "x", "low.x.yaml", "a: 2\nb: ["));
		assertThat(this.events.take()).hasSize(1)
			.first()
			.satisfies((event) -> assertThat(event).startsWith("rejected dev/shop/low.x.yaml:2:"));
		assertThat(value("a")).isEqualTo(1);
		save(Map.of("low.x.yaml", "a: 2"));
		assertThat(value("a")).isEqualTo(2);
		assertThat(this.events.take()).containsExactly("applied [a, b]", "recovered");
	}

	@Test
	void requestsOfALaneFindItsVariantAndNobodyElseDoes() {
		start();
		ConfigView<Object> a = view("a");
		ConfigView<Object> c = view("c");
		save(Map.of("rules.txt", "/gray", "low.gray.yaml", "a: 9\nb: 1"));
		assertThat(a.get()).isEqualTo(List.of(1));
		assertThat(inLane("gray", a)).isEqualTo(List.of(9));
		assertThat(inLane("blue", a)).isSameAs(a.get());
		assertThat(inLane("gray", c)).as("not touched by the variant").isSameAs(c.get());
		assertThat(value("a")).isEqualTo(1);
		assertThat(this.manager.lanes().keySet()).containsExactly("gray");
		assertThat(this.manager.lanes().get("gray").variants()).hasSize(1);
		assertThat(this.events.take()).as("the process has no change").isEmpty();
		assertThat(this.log.lines(Level.INFO)).containsExactly("INFO Config of requests in lane 'gray' changed: [a]");
		this.source.delete("low.gray.yaml");
		assertThat(inLane("gray", a)).isSameAs(a.get());
		assertThat(this.log.lines(Level.INFO)).last()
			.isEqualTo("INFO Config of requests in lane 'gray' is that of the instance");
	}

	@Test
	void validatorSeesTheCandidateOfALaneWhereItAsksForIt() {
		start();
		ConfigView<Object> a = view("a");
		save(Map.of("rules.txt", "/gray", "low.gray.yaml", "a: 9"));
		List<Object> seen = new CopyOnWriteArrayList<>();
		this.manager.validate((change) -> {
			seen.add(a.get());
			seen.add(inLane("gray", a));
		});
		save(Map.of("low.gray.yaml", "a: 8", "low.yaml", "a: 5"));
		assertThat(seen).containsExactly(List.of(5), List.of(8));
	}

	@Test
	void valueOfALaneIsTheSameObjectUntilItsKeysChange() {
		this.source.put(Map.of("rules.txt", "/gray", "low.gray.yaml", "a: 9\nb: 8"));
		start();
		ConfigView<Object> a = view("a");
		ConfigView<Object> b = view("b");
		ConfigView<Object> c = view("c");
		Object before = inLane("gray", a);
		save(Map.of("low.gray.yaml", "a: 9\nb: 7", "high.yaml", "c: 2"));
		assertThat(inLane("gray", a)).isSameAs(before);
		assertThat(inLane("gray", b)).isEqualTo(List.of(7));
		assertThat(inLane("gray", c)).isEqualTo(List.of(2)).isSameAs(c.get());
	}

	@Test
	void variantOfALaneThatCannotBeBoundRejectsTheWholeChange() {
		start();
		ConfigView<Object> a = view("a");
		save(Map.of("rules.txt", "/gray", "low.gray.yaml", "a: 9"));
		save(Map.of("low.gray.yaml", "b: 1\na: bad", "low.yaml", "a: 5"));
		assertThat(this.events.take()).containsExactly("rejected dev/shop/low.gray.yaml:2:4: 'a' cannot be bound");
		assertThat(a.get()).isEqualTo(List.of(1));
		assertThat(inLane("gray", a)).isEqualTo(List.of(9));
	}

	@Test
	void observerThatFailsTakesBackTheLanesToo() {
		start();
		ConfigView<Object> a = view("a");
		save(Map.of("rules.txt", "/gray", "low.gray.yaml", "a: 9"));
		this.manager.observe(FollowingManager.whenTold((change) -> {
			throw new IllegalStateException("no");
		}));
		save(Map.of("low.gray.yaml", "a: 8", "low.yaml", "a: 5"));
		assertThat(inLane("gray", a)).isEqualTo(List.of(9));
		assertThat(a.get()).isEqualTo(List.of(1));
	}

	@Test
	void viewThatIsClosedStaysAsItIsInALaneToo() {
		start();
		ConfigView<Object> a = view("a");
		save(Map.of("rules.txt", "/gray", "low.gray.yaml", "a: 9"));
		a.close();
		save(Map.of("low.gray.yaml", "a: bad", "low.yaml", "a: 5"));
		assertThat(this.manager.status().rejection()).isNull();
		assertThat(inLane("gray", a)).isEqualTo(List.of(9));
		assertThat(a.get()).isEqualTo(List.of(1));
	}

	@Test
	void laneGetsNothingOfItsVariantIfANewViewCannotHaveIt() {
		this.source.put(Map.of("rules.txt", "/gray", "low.gray.yaml", "a: bad\nb: 9"));
		start();
		ConfigView<Object> b = view("b");
		assertThat(inLane("gray", b)).isEqualTo(List.of(9));
		ConfigView<Object> a = view("a");
		assertThat(inLane("gray", a)).isEqualTo(List.of(1));
		assertThat(inLane("gray", b)).isEqualTo(List.of(1));
		this.source.tellAgain();
		assertThat(this.manager.status().rejection()).isNotNull()
			.satisfies((rejection) -> assertThat(rejection.describe()).startsWith("dev/shop/low.gray.yaml:1:4"));
		save(Map.of("low.gray.yaml", "a: 7\nb: 9"));
		assertThat(inLane("gray", a)).isEqualTo(List.of(7));
		assertThat(this.manager.status().rejection()).isNull();
	}

	@Test
	void laneComesBeforeTheVariantsOfTheProcess() {
		this.source.put(Map.of("rules.txt", "x/gray", "low.x.yaml", "a: x", "high.x.yaml", "c: x"));
		this.source.put("low.gray.yaml", "a: gray");
		start();
		ConfigView<Object> a = view("a");
		ConfigView<Object> c = view("c");
		assertThat(inLane("gray", a)).isEqualTo(List.of("gray"));
		assertThat(inLane("gray", c)).isEqualTo(List.of("x"));
		assertThat(a.get()).isEqualTo(List.of("x"));
	}

	@Test
	void readingForALaneAllocatesNothing() {
		this.source.put(Map.of("rules.txt", "/gray", "low.gray.yaml", "a: 9"));
		start();
		ConfigView<Object> a = view("a");
		this.lane = "gray";
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		long allocated = Long.MAX_VALUE;
		for (int round = 0; round < 20 && allocated > 0; round++) {
			long before = threads.getCurrentThreadAllocatedBytes();
			for (int i = 0; i < 10_000; i++) {
				assertThatIs(a.get());
			}
			allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
		}
		assertThat(allocated).isLessThan(10_000);
	}

	private static void assertThatIs(Object value) {
		if (!(value instanceof List<?> list) || list.isEmpty()) {
			throw new AssertionError("not the value");
		}
	}

	@Test
	void readersOfALaneNeverSeeHalfAChange() throws Exception {
		this.source.put(Map.of("rules.txt", "/gray", "low.gray.yaml", "a: 1\nb: 1"));
		start();
		ConfigView<Set<Object>> all = this.manager.view("",
				(snapshot) -> snapshot.values().values().stream().map(ConfigValue::value).collect(Collectors.toSet()));
		this.lane = "gray";
		AtomicBoolean done = new AtomicBoolean();
		ExecutorService readers = Executors.newFixedThreadPool(4);
		try {
			List<Future<Integer>> torn = new ArrayList<>();
			for (int reader = 0; reader < 4; reader++) {
				torn.add(readers.submit(() -> {
					int found = 0;
					while (!done.get()) {
						found += (all.get().size() != 1) ? 1 : 0;
					}
					return found;
				}));
			}
			for (int i = 2; i < 300; i++) {
				this.source.put(Map.of("low.gray.yaml", "a: " + i + "\nb: " + i, "high.yaml", "c: " + i));
			}
			done.set(true);
			for (Future<Integer> reader : torn) {
				assertThat(reader.get(20, TimeUnit.SECONDS)).isZero();
			}
			assertThat(all.get()).containsExactly(299);
		}
		finally {
			done.set(true);
			readers.shutdownNow();
		}
	}

	@Test
	void startsWithTheSameVariantsWhileTheBackendIsDown() {
		SnapshotCache cache = new SnapshotCache(this.directory, "config");
		this.source.put(Map.of("rules.txt", "x/gray", "low.x.yaml", "a: 2", "low.gray.yaml", "a: 9"));
		ConfigManager first = build(cache, Duration.ZERO);
		first.load(new StartPolicy(false, true));
		first.ready();
		first.watch();
		save(Map.of("rules.txt", "broken"));
		first.close();
		this.source.goDown();
		this.manager = build(cache, Duration.ZERO);
		this.manager.load(new StartPolicy(true, true));
		assertThat(value("a")).isEqualTo(2);
		assertThat(inLane("gray", view("a"))).isEqualTo(List.of(9));
	}

	@Test
	void startsFromTheLastGoodConfigIfAVariantIsBroken() {
		SnapshotCache cache = new SnapshotCache(this.directory, "config");
		this.source.put(Map.of("rules.txt", "x", "low.x.yaml", "a: 2"));
		ConfigManager first = build(cache, Duration.ZERO);
		first.load(new StartPolicy(false, true));
		first.ready();
		first.close();
		save(Map.of("low.x.yaml", "a: ["));
		this.manager = build(cache, Duration.ZERO);
		this.manager.load(new StartPolicy(false, true));
		assertThat(value("a")).isEqualTo(2);
		assertThat(this.manager.status().rejection()).isNotNull();
	}

	@Test
	void variantOfALaneThatDoesNotParseIsNoReasonNotToStart() {
		this.source.put(Map.of("rules.txt", "/gray", "low.gray.yaml", "a: ["));
		start();
		assertThat(value("a")).isEqualTo(1);
		assertThat(inLane("gray", view("a"))).isEqualTo(List.of(1));
		assertThat(this.manager.status().rejection()).isNotNull();
		assertThat(this.manager.status().rejection().describe()).contains("low.gray.yaml");
		save(Map.of("low.gray.yaml", "a: 2"));
		assertThat(inLane("gray", view("a"))).isEqualTo(List.of(2));
		assertThat(this.manager.status().rejection()).isNull();
	}

	@Test
	void whatWasRefusedWithAVariantIsNotHeldAgainstThoseWhoDoNotReadIt() {
		SnapshotCache cache = new SnapshotCache(this.directory, "config");
		this.source.put(Map.of("rules.txt", "x", "low.x.yaml", "a: 2"));
		try (ConfigManager gray = build(cache, Duration.ZERO)) {
			gray.load(new StartPolicy(false, true));
			gray.ready();
			gray.validate((change) -> {
				throw new IllegalStateException("no");
			});
			gray.watch();
			save(Map.of("low.x.yaml", "a: 3", "high.yaml", "c: 3"));
			assertThat(gray.status().rejection()).isNotNull();
		}
		this.manager = ConfigManager
			.of(this.source, List.of(InMemoryConfigSource.id("low.yaml"), InMemoryConfigSource.id("high.yaml")))
			.cache(cache)
			.build();
		this.manager.load(new StartPolicy(false, true));
		assertThat(value("c")).isEqualTo(3);
		this.manager.ready();
		this.manager.close();
		this.manager = build(cache, Duration.ZERO);
		this.manager.load(new StartPolicy(false, true));
		assertThat(this.manager.status().rejection()).as("noted by the one with the variant").isNotNull();
	}

	@Test
	void variantIsFollowedAlsoWhenChangesAreGathered() {
		this.manager = build(null, Duration.ofMillis(20));
		this.manager.load(new StartPolicy(false, false));
		this.manager.watch();
		this.source.put(Map.of("rules.txt", "x", "low.x.yaml", "a: 2"));
		await().untilAsserted(() -> assertThat(value("a")).isEqualTo(2));
		this.source.put(Map.of("low.x.yaml", "a: 3"));
		await().untilAsserted(() -> assertThat(value("a")).isEqualTo(3));
		this.source.put(Map.of("rules.txt", ""));
		await().untilAsserted(() -> assertThat(value("a")).isEqualTo(1));
		await().until(() -> this.source.watches() == 1);
	}

	@Test
	void noWatchIsLeftWhenTheManagerIsClosed() {
		start();
		save(Map.of("rules.txt", "x"));
		save(Map.of("rules.txt", "y"));
		assertThat(this.source.watches()).isEqualTo(1);
		this.manager.close();
		assertThat(this.source.watches()).isZero();
	}

	@Test
	void namesThatNoVariantCanHaveAreIgnored() {
		this.source.put("rules.txt", "../x +y/a@b");
		start();
		save(Map.of("low.yaml", "a: 4"));
		assertThat(value("a")).isEqualTo(4);
	}

	/** Reads "variant variant/lane lane" from a document. */
	private final class Rules implements ConfigVariants {

		@Override
		public Set<DocumentId> sources() {
			return Set.of(RULES);
		}

		@Override
		public Choice choose(ConfigDocuments documents) {
			String text = documents.find(RULES).map(ConfigDocument::text).orElse("");
			if (text.equals("broken")) {
				throw new GovernanceException("broken");
			}
			int slash = text.startsWith("..") ? text.lastIndexOf('/') : text.indexOf('/');
			return new Choice(words((slash < 0) ? text : text.substring(0, slash)),
					Set.copyOf(words((slash < 0) ? "" : text.substring(slash + 1))));
		}

		private static List<String> words(String text) {
			return Arrays.stream(text.split(" ")).filter((word) -> !word.isEmpty()).toList();
		}

		@Override
		public @Nullable String lane() {
			return ConfigVariantsTests.this.lane;
		}

	}

}
