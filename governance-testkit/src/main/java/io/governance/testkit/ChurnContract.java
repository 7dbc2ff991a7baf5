package io.governance.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Minutes of changes to documents and instances, with a server that is killed again and
 * again. Tagged {@code soak}: not part of an ordinary build. The length is the system
 * property {@code governance.soak.minutes}, 10 unless set.
 */
@Tag("soak")
public abstract class ChurnContract {

	private static final Logger logger = LoggerFactory.getLogger(ChurnContract.class);

	private static final int DOCUMENTS = 20;

	private static final int SERVICES = 5;

	private static final int INSTANCES = 20;

	/** A publish may take some time, and 50 of them are wanted in a second. */
	private static final int PUBLISHERS = 10;

	private static final Duration KILL_INTERVAL = Duration.ofSeconds(60);

	private final String namespace = "churn-" + UUID.randomUUID().toString().substring(0, 8);

	private final SplittableRandom random = new SplittableRandom(42);

	private final AtomicInteger changes = new AtomicInteger();

	private final AtomicInteger refused = new AtomicInteger();

	private final AtomicInteger deliveries = new AtomicInteger();

	private final Map<Integer, ConfigDocuments> shownDocuments = new TreeMap<>();

	private final Map<String, List<Instance>> shownInstances = new TreeMap<>();

	private final Map<String, Instance> wanted = new LinkedHashMap<>();

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
	 */
	@Test
	final void everyListenerEndsWithTheStateOfTheServerAndNothingLeaks() throws Exception {
		Duration length = Duration.ofMinutes(Integer.getInteger("governance.soak.minutes", 10));
		try (BackendFixture fixture = fixture();
				Backend backend = fixture.open(fixture.address(), this.namespace);
				Backend writer = fixture.open(fixture.address(), this.namespace);
				RegistrationKeeper keeper = new RegistrationKeeper(writer.registry(), RegistrationSettings.DEFAULTS,
						(event) -> {
						}, new SplittableRandom(), System::nanoTime)) {
			watch(backend);
			ScheduledExecutorService churn = Executors.newScheduledThreadPool(PUBLISHERS + 1);
			for (int i = 0; i < PUBLISHERS; i++) {
				churn.scheduleAtFixedRate(() -> publish(writer), 20L * i, 20 * PUBLISHERS, TimeUnit.MILLISECONDS);
			}
			churn.scheduleAtFixedRate(() -> announce(keeper), 0, 20, TimeUnit.MILLISECONDS);
			List<Usage> usages = new ArrayList<>();
			long end = System.nanoTime() + length.toNanos();
			int kills = 0;
			while (System.nanoTime() - end < 0) {
				waitFor(KILL_INTERVAL.minusSeconds(5));
				usages.add(Usage.now());
				kill();
				kills++;
				waitFor(Duration.ofSeconds(2));
				restart();
				waitFor(Duration.ofSeconds(3));
			}
			churn.shutdown();
			assertThat(churn.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.pollInterval(Duration.ofMillis(200))
				.untilAsserted(() -> assertShown(writer));
			usages.add(Usage.now());
			report(backend.name(), length, kills, usages);
			Usage first = usages.get(0);
			Usage last = usages.get(usages.size() - 1);
			assertThat(last.threads()).isLessThanOrEqualTo(first.threads() + 3);
			assertThat(last.heapBytes()).isLessThan(first.heapBytes() * 5 / 4 + 8_000_000);
		}
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
			this.changes.incrementAndGet();
		}
		catch (BackendUnavailableException ex) {
			this.refused.incrementAndGet();
		}
		catch (RuntimeException ex) {
			logger.error("A publish failed in a way that it should not", ex);
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
		this.changes.incrementAndGet();
	}

	private void assertShown(Backend writer) {
		for (int i = 0; i < DOCUMENTS; i++) {
			ConfigDocuments there = writer.config().get(Set.of(document(i)));
			synchronized (this.shownDocuments) {
				assertThat(texts(this.shownDocuments.getOrDefault(i, ConfigDocuments.NONE))).isEqualTo(texts(there));
			}
		}
		for (int i = 0; i < SERVICES; i++) {
			String service = "service-" + i;
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
		}
	}

	private static List<String> texts(ConfigDocuments documents) {
		return documents.documents().values().stream().map(ConfigDocument::text).toList();
	}

	private void report(String backend, Duration length, int kills, List<Usage> usages) {
		Usage first = usages.get(0);
		Usage last = usages.get(usages.size() - 1);
		System.out.printf(Locale.ROOT,
				"%s: %d min, %d changes, %d publishes refused while the server was down, %d deliveries, %d kills; "
						+ "threads %d -> %d, heap %.1f -> %.1f MB%n",
				backend, length.toMinutes(), this.changes.get(), this.refused.get(), this.deliveries.get(), kills,
				first.threads(), last.threads(), first.heapBytes() / 1e6, last.heapBytes() / 1e6);
	}

	private static void waitFor(Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		Awaitility.await()
			.atMost(duration.plusSeconds(5))
			.pollInterval(Duration.ofMillis(100))
			.until(() -> System.nanoTime() - end >= 0);
	}

}
