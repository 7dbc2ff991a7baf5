package io.governance.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.governance.Subscription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for a {@link ConfigManager} that many threads use at once.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConfigManagerConcurrencyTests {

	private static final StartPolicy REQUIRED = new StartPolicy(false, true);

	@TempDir
	private Path directory;

	private final InMemoryConfigSource source = new InMemoryConfigSource().with("a.yaml", "a: 0\nb: 0\nc: 0")
		.with("b.yaml", "d: 0");

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final ConfigManager manager = ConfigManager
		.of(this.source, List.of(InMemoryConfigSource.id("a.yaml"), InMemoryConfigSource.id("b.yaml")))
		.build();

	@AfterEach
	void close() {
		this.threads.shutdownNow();
		this.manager.close();
		this.source.close();
	}

	@Test
	void showsReadersWholeStatesOnly() throws Exception {
		this.manager.load(REQUIRED);
		ConfigView<List<Object>> sameDocument = view("a", "a", "b");
		ConfigView<List<Object>> acrossDocuments = view("d", "c", "d");
		this.manager.watch();
		AtomicBoolean done = new AtomicBoolean();
		List<Future<Integer>> readers = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			readers.add(this.threads.submit(() -> {
				int last = 0;
				while (!done.get()) {
					int before = number(sameDocument.get());
					int then = number(acrossDocuments.get());
					int whole = number(all(this.manager.current()));
					assertThat(then).isGreaterThanOrEqualTo(before);
					assertThat(whole).isGreaterThanOrEqualTo(then);
					assertThat(before).isGreaterThanOrEqualTo(last);
					last = whole;
					// Leaves a small machine time to apply changes.
					LockSupport.parkNanos(10_000);
				}
				return last;
			}));
		}

		for (int i = 1; i <= 1000; i++) {
			this.source.put(Map.of("a.yaml", "a: %1$d\nb: %1$d\nc: %1$d".formatted(i), "b.yaml", "d: " + i));
		}
		done.set(true);

		for (Future<Integer> reader : readers) {
			assertThat(reader.get(10, TimeUnit.SECONDS)).isBetween(0, 1000);
		}
		assertThat(number(sameDocument.get())).isEqualTo(1000);
		assertThat(this.manager.status().rejection()).isNull();
	}

	@Test
	void showsOneMomentToWhoReadsConsistentlyAndTheNewestAfterwards() throws Exception {
		this.manager.load(REQUIRED);
		ConfigView<List<Object>> known = view("a", "a");
		this.manager.watch();
		this.manager.validate((change) -> this.manager
			.consistently(() -> assertThat(this.manager.visible()).isSameAs(change.after())));

		this.manager.consistently(() -> {
			this.source.put(Map.of("a.yaml", "a: 1", "b.yaml", "d: 1"));
			ConfigView<List<Object>> made = view("d", "d");
			assertThat(known.get()).containsExactly(0);
			assertThat(this.manager.visible().get("a").value()).isEqualTo(0);
			this.manager.consistently(() -> assertThat(known.get()).containsExactly(0));
			assertThat(CompletableFuture.supplyAsync(known::get, this.threads).join()).as("on another thread")
				.containsExactly(1);
			assertThat(made.get()).as("made since").containsExactly(1);
			return null;
		});

		assertThat(known.get()).containsExactly(1);
		assertThat(this.manager.visible().get("a").value()).isEqualTo(1);
		assertThat(this.manager.status().rejection()).isNull();
	}

	@Test
	void keepsViewsRightThatAreMadeWhileChangesAreAppliedAndRolledBack() throws Exception {
		this.manager.load(REQUIRED);
		this.manager.observe(observer((change) -> {
			if ((int) change.after().get("a").value() % 3 == 0 && (int) change.before().get("a").value() % 3 != 0) {
				throw new IllegalStateException("every third");
			}
		}));
		this.manager.watch();
		Future<List<ConfigView<List<Object>>>> maker = this.threads.submit(() -> {
			List<ConfigView<List<Object>>> views = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				views.add(view("", "a", "b", "c", "d"));
			}
			return views;
		});

		for (int i = 1; i <= 200; i++) {
			this.source.put(Map.of("a.yaml", "a: %1$d\nb: %1$d\nc: %1$d".formatted(i), "b.yaml", "d: " + i));
		}
		List<ConfigView<List<Object>>> views = maker.get(20, TimeUnit.SECONDS);
		this.source.put(Map.of("a.yaml", "a: 1000\nb: 1000\nc: 1000", "b.yaml", "d: 1000"));

		assertThat(views).hasSize(200).allSatisfy((view) -> assertThat(number(view.get())).isEqualTo(1000));
	}

	@Test
	void doesNotMakeThoseWaitWhoComeWhileAnObserverBlocks() throws Exception {
		this.manager.load(REQUIRED);
		CountDownLatch told = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		this.manager.observe(observer((change) -> {
			told.countDown();
			waitFor(release);
		}));
		this.manager.watch();
		Future<?> change = this.source.putLater(Map.of("b.yaml", "d: 1"));
		assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();

		Future<Object> others = this.threads.submit(() -> {
			Subscription one = this.manager.observe(observer((later) -> {
			}));
			Subscription two = this.manager.listen(new RecordedEvents());
			Subscription three = this.manager.validate((later) -> {
			});
			List.of(one, two, three).forEach(Subscription::close);
			return view("d", "d").get().get(0);
		});

		assertThat(others.get(10, TimeUnit.SECONDS)).isEqualTo(1);
		release.countDown();
		InMemoryConfigSource.await(change);
	}

	@Test
	void tellsNobodyAfterTheirSubscriptionIsClosed() throws Exception {
		this.manager.load(REQUIRED);
		CountDownLatch told = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		AtomicInteger ended = new AtomicInteger();
		Subscription subscription = this.manager.observe(observer((change) -> {
			told.countDown();
			waitFor(release);
			ended.incrementAndGet();
		}));
		this.manager.watch();
		Future<?> change = this.source.putLater(Map.of("b.yaml", "d: 1"));
		assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();

		AtomicReference<Thread> closer = new AtomicReference<>();
		Future<Integer> closed = this.threads.submit(() -> {
			closer.set(Thread.currentThread());
			subscription.close();
			return ended.get();
		});
		await().until(() -> closer.get() != null && closer.get().getState() == Thread.State.TIMED_WAITING);
		release.countDown();

		assertThat(closed.get(10, TimeUnit.SECONDS)).as("the call under way is finished").isEqualTo(1);
		InMemoryConfigSource.await(change);
		this.source.put("b.yaml", "d: 2");
		assertThat(ended).hasValue(1);
	}

	@Test
	void finishesTheChangeThatIsUnderWayWhenItIsClosed() throws Exception {
		this.manager.load(REQUIRED);
		CountDownLatch told = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		AtomicInteger second = new AtomicInteger();
		this.manager.observe(observer((change) -> {
			told.countDown();
			waitFor(release);
		}));
		this.manager.observe(observer((change) -> second.incrementAndGet()));
		this.manager.watch();
		this.source.putLater(Map.of("b.yaml", "d: 1"));
		assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();

		Future<?> closing = this.threads.submit(this.manager::close);
		await().until(() -> this.source.watches() == 0);
		release.countDown();
		closing.get(10, TimeUnit.SECONDS);
		this.source.put("b.yaml", "d: 2");

		assertThat(second).hasValue(1);
		assertThat(this.manager.current().get("d").value()).isEqualTo(1);
	}

	@Test
	void keepsTheStateThatEndsUpInForceWhenItBecomesReadyDuringChanges() throws Exception {
		SnapshotCache cache = new SnapshotCache(this.directory, "orders");
		ConfigManager cached = ConfigManager.of(this.source, this.manager.layers()).cache(cache).build();
		cached.load(REQUIRED);
		cached.watch();
		CountDownLatch begun = new CountDownLatch(1);
		Future<?> ready = this.threads.submit(() -> {
			waitFor(begun);
			cached.ready();
		});

		for (int i = 1; i <= 100; i++) {
			this.source.put("b.yaml", "d: " + i);
			begun.countDown();
		}
		ready.get(10, TimeUnit.SECONDS);
		cached.close();

		assertThat(cache.load().orElseThrow().documents()).isEqualTo(cached.current().documents());
	}

	@Test
	void parsesOnlyTheDocumentThatChanged() {
		CountingFormat format = new CountingFormat();
		InMemoryConfigSource many = new InMemoryConfigSource();
		Map<String, String> texts = IntStream.range(0, 50)
			.boxed()
			.collect(Collectors.toMap((i) -> "doc%02d.yaml".formatted(i), (i) -> keys(i, 0)));
		many.put(texts);
		List<DocumentId> layers = texts.keySet().stream().sorted().map(InMemoryConfigSource::id).toList();
		try (ConfigManager large = ConfigManager.of(many, layers).formats(new ConfigFormats(List.of(format))).build()) {
			large.load(REQUIRED);
			large.watch();
			assertThat(large.current().values()).hasSize(5000);
			assertThat(format.parsed).hasValue(50);

			many.put("doc07.yaml", keys(7, 1));
			assertThat(format.parsed).hasValue(51);
			assertThat(large.current().get("d7.k0").value()).isEqualTo(1);

			many.put("doc08.yaml", "broken: {");
			many.tellAgain();
			assertThat(format.parsed).as("a rejected document is tried once").hasValue(52);

			many.put("doc08.yaml", keys(8, 0));
			assertThat(format.parsed).as("what is in force is still known").hasValue(52);
			assertThat(large.status().rejection()).isNull();
		}
		finally {
			many.close();
		}
	}

	private static String keys(int document, int first) {
		return "d%d:\n  k0: %d\n".formatted(document, first)
				+ IntStream.range(1, 100).mapToObj((i) -> "  k" + i + ": " + i + "\n").collect(Collectors.joining());
	}

	private ConfigView<List<Object>> view(String prefix, String... keys) {
		return this.manager.view(prefix,
				(snapshot) -> IntStream.range(0, keys.length).mapToObj((i) -> snapshot.get(keys[i]).value()).toList());
	}

	private static List<Object> all(ConfigSnapshot snapshot) {
		return snapshot.values().values().stream().map(ConfigValue::value).toList();
	}

	/** The one number that all of them are. */
	private static int number(List<Object> values) {
		assertThat(Set.copyOf(values)).hasSize(1);
		return (int) values.get(0);
	}

	private static void waitFor(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static ConfigObserver observer(Consumer<ConfigChange> action) {
		return new ConfigObserver() {

			@Override
			public String name() {
				return "action";
			}

			@Override
			public Set<String> prefixes() {
				return Set.of();
			}

			@Override
			public void onChange(ConfigChange change) {
				action.accept(change);
			}

		};
	}

	private static final class CountingFormat implements ConfigFormat {

		private final ConfigFormat yaml = new YamlConfigFormat(DocumentLimits.DEFAULT);

		private final AtomicInteger parsed = new AtomicInteger();

		@Override
		public Set<String> extensions() {
			return this.yaml.extensions();
		}

		@Override
		public Map<String, ConfigValue> parse(ConfigDocument document) {
			this.parsed.incrementAndGet();
			return this.yaml.parse(document);
		}

	}

}
