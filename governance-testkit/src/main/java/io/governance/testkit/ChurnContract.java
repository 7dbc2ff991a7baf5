package io.governance.testkit;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Minutes of changes to documents and instances, with a server that is killed again and
 * again. Tagged {@code soak}: not part of an ordinary build. The length is the system
 * property {@code governance.soak.minutes}, 10 unless set.
 */
@Tag("soak")
public abstract class ChurnContract {

	private static final int DOCUMENTS = 20;

	private static final int SERVICES = 5;

	private static final int INSTANCES = 20;

	/** Enough of them to make up for the time while the server was away. */
	private static final int PUBLISHERS = 20;

	/** How many changes a second the server is to acknowledge. */
	private static final int PACE = 100;

	/** A thread of a pool that nobody needs waits for a minute before it ends. */
	private static final Duration REST = Duration.ofSeconds(65);

	private static final Duration WARM_UP = Duration.ofSeconds(15);

	/**
	 * By how much the medians of two moments may differ with nothing leaking. A leak of
	 * 100 bytes with each of the 60,000 changes of ten minutes is six times as much.
	 */
	private static final long HEAP_NOISE = 1_000_000;

	private static final Duration KILL_INTERVAL = Duration.ofSeconds(60);

	private final String namespace = "churn-" + UUID.randomUUID().toString().substring(0, 8);

	private final SplittableRandom random = new SplittableRandom(42);

	private final AtomicInteger changedDocuments = new AtomicInteger();

	private final AtomicInteger changedInstances = new AtomicInteger();

	private final AtomicInteger refused = new AtomicInteger();

	private final AtomicInteger deliveries = new AtomicInteger();

	private Duration away = Duration.ZERO;

	private final Map<Integer, ConfigDocuments> shownDocuments = new TreeMap<>();

	private final Map<String, List<Instance>> shownInstances = new TreeMap<>();

	private final Map<String, Instance> wanted = new LinkedHashMap<>();

	private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();

	/**
	 * Creates a contract.
	 */
	protected ChurnContract() {
	}

	/**
	 * The fixture of the backend that is tested, over a server of its own.
	 * @return a new fixture
	 */
	protected abstract BackendFixture fixture();

	/**
	 * Kills the server.
	 */
	protected abstract void kill();

	/**
	 * Starts the server again on its data, and waits until it serves.
	 */
	protected abstract void restart();

	/**
	 * Every listener ends with exactly the server's state; no thread leaks; heap is flat.
	 * What is used is measured at rest: with everything open, nothing changing, and each
	 * listener up to date.
	 */
	@Test
	final void everyListenerEndsWithTheStateOfTheServerAndNothingLeaks() throws Exception {
		int minutes = Integer.getInteger("governance.soak.minutes", 10);
		try (BackendFixture fixture = fixture()) {
			fixture.open(fixture.address(), this.namespace).close();
			ThreadDifference threads = ThreadDifference.fromNow(fixture.lastingThreads());
			churn(fixture, threads, minutes);
			settled().untilAsserted(() -> assertThat(threads.begun()).as("threads left by closed backends").isEmpty());
		}
		assertThat(this.failures).isEmpty();
	}

	private void churn(BackendFixture fixture, ThreadDifference threads, int minutes) throws Exception {
		try (Backend backend = fixture.open(fixture.address(), this.namespace);
				Backend writer = fixture.open(fixture.address(), this.namespace);
				RegistrationKeeper keeper = new RegistrationKeeper(
						new CountingRegistry(writer.registry(), this.changedInstances), RegistrationSettings.DEFAULTS,
						(event) -> {
						}, new SplittableRandom(), System::nanoTime)) {
			watch(backend);
			// Pools are filled, classes loaded, and connections made again.
			change(writer, keeper, List.of(WARM_UP, WARM_UP));
			assertShown(fixture, writer);
			waitFor(REST);
			Usage first = Usage.now(threads);
			this.changedDocuments.set(0);
			this.changedInstances.set(0);
			this.refused.set(0);
			this.deliveries.set(0);
			this.away = Duration.ZERO;
			Duration length = change(writer, keeper, Collections.nCopies(minutes, KILL_INTERVAL));
			assertShown(fixture, writer);
			waitFor(REST);
			settled().untilAsserted(
					() -> assertThat(threads.begun()).as("threads at rest").hasSizeLessThanOrEqualTo(first.threads()));
			Usage last = Usage.now(threads);
			report(backend.name(), length, minutes, first, last);
			assertThat(last.heapBytes()).as("heap at rest").isLessThan(first.heapBytes() + HEAP_NOISE);
			double rate = acknowledged() / (double) length.toSeconds();
			assertThat(rate).as("acknowledged changes a second").isGreaterThan(PACE / 10.0);
		}
	}

	/** Changes, and kills the server at the end of each interval; tells how long. */
	private Duration change(Backend writer, RegistrationKeeper keeper, List<Duration> intervals) throws Exception {
		AtomicInteger numbers = new AtomicInteger();
		ScheduledExecutorService churn = Executors.newScheduledThreadPool(PUBLISHERS + 1,
				(task) -> new Thread(task, "churn-" + numbers.incrementAndGet()));
		long start = System.nanoTime();
		int before = acknowledged();
		BooleanSupplier behind = () -> acknowledged() - before < PACE * ((System.nanoTime() - start) / 1e9);
		try {
			for (int i = 0; i < PUBLISHERS; i++) {
				churn.scheduleAtFixedRate(() -> {
					if (behind.getAsBoolean()) {
						publish(writer);
					}
				}, 5L * i, 5L * PUBLISHERS, TimeUnit.MILLISECONDS);
			}
			churn.scheduleAtFixedRate(() -> announce(keeper), 0, 20, TimeUnit.MILLISECONDS);
			for (Duration interval : intervals) {
				waitFor(interval);
				long killed = System.nanoTime();
				kill();
				waitFor(Duration.ofSeconds(2));
				restart();
				this.away = this.away.plusNanos(System.nanoTime() - killed);
			}
			waitFor(Duration.ofSeconds(5));
			return Duration.ofNanos(System.nanoTime() - start);
		}
		finally {
			churn.shutdown();
			assertThat(churn.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
		}
	}

	private int acknowledged() {
		return this.changedDocuments.get() + this.changedInstances.get();
	}

	/** A thread of a pool that nobody needs may wait for a minute before it ends. */
	private static ConditionFactory settled() {
		return Awaitility.await()
			.pollInSameThread()
			.atMost(Duration.ofSeconds(90))
			.pollInterval(Duration.ofMillis(500));
	}

	private void watch(Backend backend) {
		for (int i = 0; i < DOCUMENTS; i++) {
			int number = i;
			backend.config().watch(Set.of(document(i)), (documents) -> {
				synchronized (this.shownDocuments) {
					this.shownDocuments.put(number, documents);
				}
				this.deliveries.incrementAndGet();
			});
		}
		for (int i = 0; i < SERVICES; i++) {
			String service = "service-" + i;
			backend.discovery().watch(service, (instances) -> {
				synchronized (this.shownInstances) {
					this.shownInstances.put(service, instances);
				}
				this.deliveries.incrementAndGet();
			});
		}
	}

	private DocumentId document(int number) {
		return new DocumentId(this.namespace, DocumentId.DEFAULT, "document-" + number + ".yaml");
	}

	private void publish(Backend writer) {
		int number;
		String text;
		synchronized (this.random) {
			number = this.random.nextInt(DOCUMENTS);
			text = "value: " + this.random.nextLong();
		}
		try {
			writer.config().publish(List.of(Publication.put(document(number), text)), Author.of("churn"));
			this.changedDocuments.incrementAndGet();
		}
		catch (BackendUnavailableException ex) {
			this.refused.incrementAndGet();
		}
		catch (RuntimeException ex) {
			this.failures.add(ex);
		}
	}

	private void announce(RegistrationKeeper keeper) {
		int number;
		int weight;
		synchronized (this.random) {
			number = this.random.nextInt(INSTANCES);
			weight = 1 + this.random.nextInt(1_000);
		}
		Instance instance = Instance.of("service-" + number % SERVICES, "127.0.0.1", 9_000 + number)
			.weight(weight)
			.build();
		synchronized (this.wanted) {
			this.wanted.put(instance.id(), instance);
		}
		keeper.register(instance);
	}

	/** What is shown is what somebody finds who comes anew, and what was written last. */
	private void assertShown(BackendFixture fixture, Backend writer) {
		Map<String, List<Instance>> found = new ConcurrentHashMap<>();
		try (Backend fresh = fixture.open(fixture.address(), this.namespace)) {
			services().forEach((service) -> fresh.discovery().watch(service, (all) -> found.put(service, all)));
			Awaitility.await()
				.pollInSameThread()
				.atMost(Duration.ofSeconds(30))
				.pollInterval(Duration.ofMillis(500))
				.ignoreExceptionsInstanceOf(BackendUnavailableException.class)
				.untilAsserted(() -> {
					assertDocuments(fresh);
					assertInstances(found, writer);
				});
		}
	}

	private void assertDocuments(Backend fresh) {
		for (int i = 0; i < DOCUMENTS; i++) {
			ConfigDocuments there = fresh.config().get(Set.of(document(i)));
			synchronized (this.shownDocuments) {
				assertThat(texts(this.shownDocuments.getOrDefault(i, ConfigDocuments.NONE))).isEqualTo(texts(there));
			}
		}
	}

	private void assertInstances(Map<String, List<Instance>> found, Backend writer) {
		for (String service : services()) {
			List<Instance> expected;
			synchronized (this.wanted) {
				expected = this.wanted.values()
					.stream()
					.filter((instance) -> instance.service().equals(service))
					.toList();
			}
			synchronized (this.shownInstances) {
				assertThat(this.shownInstances.get(service)).containsExactlyInAnyOrderElementsOf(expected);
			}
			assertThat(found.get(service)).as("found by a new discovery").containsExactlyInAnyOrderElementsOf(expected);
			assertThat(writer.registry().observe(service)).as("held by the server")
				.containsExactlyInAnyOrderElementsOf(expected);
		}
	}

	private static List<String> services() {
		return IntStream.range(0, SERVICES).mapToObj((number) -> "service-" + number).toList();
	}

	private static List<String> texts(ConfigDocuments documents) {
		return documents.documents().values().stream().map(ConfigDocument::text).toList();
	}

	private void report(String backend, Duration length, int kills, Usage first, Usage last) {
		System.out
			.printf(Locale.ROOT, "%s: %d s, %d acknowledged changes (%d of documents, %d of instances; %.0f a second, "
					+ "%.0f in a second of the %d that the server was there), %d publishes refused while the server was down, %d deliveries, %d kills; "
					+ "threads %d -> %d, heap %.2f -> %.2f MB%n", backend, length.toSeconds(), acknowledged(),
					this.changedDocuments.get(), this.changedInstances.get(),
					acknowledged() / (double) length.toSeconds(),
					acknowledged() / (double) length.minus(this.away).toSeconds(), length.minus(this.away).toSeconds(),
					this.refused.get(), this.deliveries.get(), kills, first.threads(), last.threads(),
					first.heapBytes() / 1e6, last.heapBytes() / 1e6);
	}

	private static void waitFor(Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		Awaitility.await()
			.atMost(duration.plusSeconds(5))
			.pollInterval(Duration.ofMillis(100))
			.until(() -> System.nanoTime() - end >= 0);
	}

}
