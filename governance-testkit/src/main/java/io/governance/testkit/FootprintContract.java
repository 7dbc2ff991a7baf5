package io.governance.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;

import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What it costs to watch very much: 1,000 documents and 500 services, each on its own.
 * Tagged {@code soak}: not part of an ordinary build.
 */
@Tag("soak")
@Timeout(300)
public abstract class FootprintContract {

	private static final int DOCUMENTS = 1_000;

	private static final int SERVICES = 500;

	/** How often the last document and the last service are changed. */
	private static final int CHANGES = 21;

	/** What watches may take, and what a client needs that watches nothing. */
	private static final int MAX_THREADS = 64 + 40;

	/** What changes is told within that, also beyond the bound of watches. */
	private static final double MAX_MILLIS = 2_000;

	private final String namespace = "footprint-" + UUID.randomUUID().toString().substring(0, 8);

	/**
	 * Creates a contract.
	 */
	protected FootprintContract() {
	}

	/**
	 * The fixture of the backend that is tested.
	 * @return a new fixture
	 */
	protected abstract BackendFixture fixture();

	/**
	 * How many connections the process has to the server, if that can be told.
	 * @return the number, or -1
	 */
	protected abstract IntSupplier connections();

	/** Threads are bounded however much is watched, and all of it is current. */
	@Test
	final void threadsAreBoundedHoweverMuchIsWatched() throws Exception {
		try (BackendFixture fixture = fixture(); Backend writer = fixture.open(fixture.address(), this.namespace)) {
			fill(writer);
			Usage before = Usage.now();
			int connectionsBefore = connections().getAsInt();
			try (Backend backend = fixture.open(fixture.address(), this.namespace)) {
				AtomicInteger delivered = new AtomicInteger();
				AtomicReference<String> document = new AtomicReference<>("");
				AtomicInteger weight = new AtomicInteger();
				watch(backend, delivered, document, weight);
				await(() -> delivered.get() >= DOCUMENTS + SERVICES);
				Usage after = Usage.now();
				System.out.printf(Locale.ROOT,
						"%s: watching %d documents and %d services: %d threads, %d connections, %.1f MB of heap%n",
						backend.name(), DOCUMENTS, SERVICES, after.threads() - before.threads(),
						connections().getAsInt() - connectionsBefore, (after.heapBytes() - before.heapBytes()) / 1e6);
				measure(backend.name() + ": a change of the last document", (round) -> {
					publish(writer, DOCUMENTS - 1, "round " + round);
					await(() -> ("round " + round).equals(document.get()));
				});
				measure(backend.name() + ": a change of the last service", (round) -> {
					announce(writer, SERVICES - 1, 200 + round);
					await(() -> weight.get() == 200 + round);
				});
				assertThat(after.threads() - before.threads()).isLessThanOrEqualTo(MAX_THREADS);
			}
		}
	}

	private static void measure(String what, IntConsumer round) {
		List<Double> millis = new ArrayList<>();
		for (int i = 0; i < CHANGES; i++) {
			long start = System.nanoTime();
			round.accept(i);
			millis.add((System.nanoTime() - start) / 1e6);
		}
		Collections.sort(millis);
		System.out.printf(Locale.ROOT, "%s is told after %.0f ms (median of %d), %.0f ms at most%n", what,
				millis.get(CHANGES / 2), CHANGES, millis.get(CHANGES - 1));
		assertThat(millis.get(CHANGES - 1)).as(what).isLessThan(MAX_MILLIS);
	}

	private void fill(Backend writer) {
		for (int i = 0; i < DOCUMENTS; i++) {
			publish(writer, i, "value: " + i);
		}
		for (int i = 0; i < SERVICES; i++) {
			announce(writer, i, Instance.DEFAULT_WEIGHT);
		}
	}

	private static void announce(Backend writer, int number, int weight) {
		String service = "service-" + number;
		Instance instance = Instance.of(service, "127.0.0.1", 9_000 + number).weight(weight).build();
		writer.registry().put(service, List.of(instance));
	}

	private void publish(Backend writer, int number, String text) {
		writer.config().publish(List.of(Publication.put(document(number), text)), Author.of("footprint"));
	}

	private DocumentId document(int number) {
		return new DocumentId(this.namespace, DocumentId.DEFAULT, "document-" + number + ".yaml");
	}

	private void watch(Backend backend, AtomicInteger delivered, AtomicReference<String> text, AtomicInteger weight) {
		for (int i = 0; i < DOCUMENTS; i++) {
			DocumentId id = document(i);
			backend.config().watch(Set.of(id), (documents) -> {
				documents.find(id).ifPresent((document) -> {
					delivered.incrementAndGet();
					if (document.text().startsWith("round")) {
						text.set(document.text());
					}
				});
			});
		}
		for (int i = 0; i < SERVICES; i++) {
			backend.discovery().watch("service-" + i, (instances) -> {
				if (!instances.isEmpty()) {
					delivered.incrementAndGet();
					if (instances.get(0).weight() >= 200) {
						weight.set(instances.get(0).weight());
					}
				}
			});
		}
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await()
			.pollInSameThread()
			.atMost(Duration.ofSeconds(60))
			.pollInterval(Duration.ofMillis(2))
			.until(condition);
	}

}
