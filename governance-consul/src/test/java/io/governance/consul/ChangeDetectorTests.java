package io.governance.consul;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.backend.support.Watches;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Many watches that share what tells of changes. */
@Timeout(30)
class ChangeDetectorTests {

	private static final String HINTS = "hints";

	private static final String OTHER_HINTS = "other hints";

	private final Map<String, Integer> states = new ConcurrentHashMap<>();

	private final List<String> read = new CopyOnWriteArrayList<>();

	private final AtomicInteger hintsEnded = new AtomicInteger();

	private final ExecutorService readers = Executors.newFixedThreadPool(ChangeDetector.PARALLEL);

	private volatile Function<String, Integer> reading = (key) -> this.states.getOrDefault(key, 0);

	private volatile UnaryOperator<Set<String>> looking = (known) -> known;

	private final ChangeDetector<String, Integer> detector = new ChangeDetector<>(new ChangeReader<String, Integer>() {

		@Override
		public Set<String> changed(Map<String, Integer> known, int watched) {
			return ChangeDetectorTests.this.looking.apply(known.keySet());
		}

		@Override
		public Integer read(String key, Integer known) {
			ChangeDetectorTests.this.read.add(key);
			return ChangeDetectorTests.this.reading.apply(key);
		}

	}, this.readers, () -> new ScheduledThreadPoolExecutor(1));

	@AfterEach
	void close() {
		this.detector.close();
		this.readers.shutdownNow();
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(10));
	}

	private Subscription add(String key, List<Integer> told) {
		return this.detector.add(key, new Watches.Sink<>() {

			@Override
			public void offer(Integer state) {
				told.add(state);
			}

			@Override
			public void lost(String reason) {
				told.add(-1);
			}

		}, () -> Map.of(HINTS, this.hintsEnded::incrementAndGet, OTHER_HINTS, () -> {
		}));
	}

	@Test
	void endOfAnOldWatchThatComesLateLeavesTheNewOneAlive() {
		Subscription old = add("orders", new CopyOnWriteArrayList<>());
		List<Integer> told = new CopyOnWriteArrayList<>();
		Subscription current = add("orders", told);
		old.close();
		assertThat(this.hintsEnded).hasValue(0);
		this.states.put("orders", 7);
		this.detector.hint();
		await().until(() -> told.contains(7));
		current.close();
		assertThat(this.hintsEnded).hasValue(1);
	}

	@Test
	void whatHasChangedIsReadBeforeWhatOnlyMightHave() {
		for (int i = 0; i < 200; i++) {
			add("service-" + i, new CopyOnWriteArrayList<>());
		}
		await().until(() -> this.read.size() == 200);
		CountDownLatch go = new CountDownLatch(1);
		this.reading = (key) -> {
			hold(go);
			return 1;
		};
		this.read.clear();
		this.detector.hint();
		await().until(() -> this.read.size() == ChangeDetector.PARALLEL);
		this.detector.hint(Set.of("service-199", "unknown"));
		go.countDown();
		await().until(() -> this.read.contains("service-198"));
		assertThat(this.read.indexOf("service-199")).isLessThan(3 * ChangeDetector.PARALLEL);
		assertThat(this.read).doesNotContain("unknown");
	}

	private static void hold(CountDownLatch until) {
		try {
			assertThat(until.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	@DisplayName("F21 What changes while it is read is read again afterwards, never at the same time")
	void nothingIsReadTwiceAtATime() {
		List<Integer> told = new CopyOnWriteArrayList<>();
		add("orders", told);
		await().until(() -> told.contains(0));
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		this.reading = (key) -> {
			// As a server that is asked before the change and answers late.
			int before = this.states.getOrDefault(key, 0);
			asked.countDown();
			hold(go);
			return before;
		};
		this.read.clear();
		this.states.put("orders", 1);
		this.detector.hint(Set.of("orders"));
		hold(asked);
		this.states.put("orders", 2);
		this.detector.hint(Set.of("orders"));
		this.detector.hint();
		Awaitility.await().during(Duration.ofMillis(200)).until(() -> this.read.size() == 1);
		go.countDown();
		await().until(() -> told.contains(2));
		assertThat(told).startsWith(0, 1, 2);
	}

	@Test
	@DisplayName("F21 What is read for the first time while changes are looked for is read again afterwards")
	void nothingIsLostBetweenReadingAndLooking() {
		List<Integer> told = new CopyOnWriteArrayList<>();
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		this.looking = (known) -> {
			begun.countDown();
			hold(go);
			return Set.of();
		};
		add("stock", new CopyOnWriteArrayList<>());
		this.detector.hint();
		hold(begun);
		add("orders", told);
		this.detector.hint(Set.of("orders"));
		await().until(() -> told.contains(0));
		// Looking has begun before and sees this already, so it is no change any more.
		this.states.put("orders", 1);
		go.countDown();
		await().until(() -> told.contains(1));
	}

	@Test
	@DisplayName("F39 What cannot be read is told as lost, holds up nothing else, and is tried again with pauses")
	void failureOfOneHoldsUpNothingElse() {
		this.reading = (key) -> {
			if (key.startsWith("denied")) {
				throw new BackendUnavailableException("consul", "denied", null);
			}
			return this.states.getOrDefault(key, 0);
		};
		List<Integer> denied = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 5; i++) {
			add("denied-" + i, denied);
		}
		List<Integer> told = new CopyOnWriteArrayList<>();
		add("orders", told);
		await().until(() -> told.contains(0) && denied.size() >= 5);
		this.states.put("orders", 1);
		long begun = System.nanoTime();
		this.detector.hint(Set.of("orders"));
		await().until(() -> told.contains(1));
		assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(2));
		assertThat(denied).as("no attempt without a pause").hasSizeLessThanOrEqualTo(20).containsOnly(-1);
		this.reading = (key) -> 3;
		await().until(() -> denied.stream().filter((state) -> state == 3).count() == 5);
	}

	@Test
	@DisplayName("F2 A server that is away is not asked for everything, and everything is read once it is back")
	void serverThatIsAwayIsLeftAlone() {
		this.reading = (key) -> {
			throw new BackendUnavailableException("consul", "away", null);
		};
		List<Integer> told = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 300; i++) {
			add("service-" + i, told);
		}
		await().until(() -> this.read.size() >= ChangeDetector.PARALLEL);
		assertThat(this.read).hasSizeLessThan(100);
		this.reading = (key) -> 1;
		this.detector.hint();
		await().until(() -> told.stream().filter((state) -> state == 1).count() >= 300);
	}

	@Test
	@DisplayName("F21 What was asked for before a loss is not told after it, and nothing is read until all is back")
	void readsOfBeforeALossAreDropped() {
		List<Integer> told = new CopyOnWriteArrayList<>();
		add("orders", told);
		await().until(() -> told.contains(0));
		CountDownLatch go = new CountDownLatch(1);
		this.reading = (key) -> {
			hold(go);
			return 1;
		};
		this.read.clear();
		this.detector.hint(Set.of("orders"));
		await().until(() -> this.read.size() == 1);
		this.detector.lost(HINTS, "away");
		this.detector.lost(OTHER_HINTS, "away");
		this.detector.lost("hints of long ago", "away");
		go.countDown();
		this.detector.found(HINTS);
		this.detector.hint(Set.of("orders"));
		this.detector.hint();
		List<Integer> late = new CopyOnWriteArrayList<>();
		add("stock", late);
		Awaitility.await()
			.during(Duration.ofMillis(300))
			.until(() -> this.read.size() == 1 && told.equals(List.of(0, -1, -1)));
		assertThat(late).containsExactly(-1);
		this.detector.found(OTHER_HINTS);
		await().until(() -> told.contains(1) && late.contains(1));
		assertThat(told).startsWith(0, -1, -1, 1);
	}

	@Test
	void newWatchDoesNotWaitForALook() {
		CountDownLatch ended = new CountDownLatch(1);
		List<Integer> told = new CopyOnWriteArrayList<>();
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		this.looking = (known) -> {
			begun.countDown();
			hold(go);
			ended.countDown();
			return known;
		};
		add("stock", new CopyOnWriteArrayList<>());
		this.detector.hint();
		hold(begun);
		add("orders", told);
		await().until(() -> told.contains(0));
		go.countDown();
		hold(ended);
	}

}
