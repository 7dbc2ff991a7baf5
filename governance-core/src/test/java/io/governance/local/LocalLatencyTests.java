package io.governance.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Measures how long a change takes from the moment it is saved until the listener is
 * told, beside the time of the bare {@link WatchService}. What the machine needs at that
 * time to hand something from thread to thread is not counted.
 */
@Timeout(120)
class LocalLatencyTests {

	private static final int ROUNDS = 101;

	private static final int WARM_UP = 20;

	private static final Duration PROMPT = Duration.ofMillis(20);

	private static final DocumentId ID = new DocumentId("dev", "shop", "orders.yaml");

	private final Relay relay = new Relay();

	@RegisterExtension
	final LocalBackends backends = new LocalBackends();

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path directory;

	@AfterEach
	void endRelay() {
		this.relay.close();
	}

	@Test
	void inPlaceWriteIsToldWithinSettleTimeAndTwentyMilliseconds() throws Exception {
		Path file = prepare();
		Medians medians = ofConfig("write in place", (text) -> Files.writeString(file, text));
		assertThat(medians.whole()).isBetween(LocalBackends.SETTLE,
				LocalBackends.SETTLE.plus(PROMPT).plus(medians.bare()));
	}

	@Test
	void renameOntoDocumentIsToldWithinTwentyMilliseconds() throws Exception {
		Path file = prepare();
		Medians medians = ofConfig("rename onto the document", (text) -> {
			Path beside = Files.writeString(file.resolveSibling(".orders.yaml.new"), text);
			Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
		});
		assertThat(medians.whole()).isLessThanOrEqualTo(PROMPT.plus(medians.bare()));
	}

	@Test
	void publishIsToldWithinTwentyMillisecondsAfterItReturned() throws Exception {
		prepare();
		LocalConfigStore store = (LocalConfigStore) this.backends.open(this.directory).config();
		Medians medians = ofConfig("publish", (text) -> publish(store, text));
		// Before it returns, a publish waits for the disk.
		assertThat(medians.afterwards()).isLessThanOrEqualTo(PROMPT.plus(medians.bare()));
	}

	private static void publish(LocalConfigStore store, String text) {
		store.publish(List.of(Publication.put(ID, text)), Author.of("test"));
	}

	@Test
	void statusChangeOfInstanceIsSeenWithinTwentyMilliseconds() throws Exception {
		LocalBackend writer = this.backends.open(this.directory);
		LocalBackend reader = this.backends.open(this.directory);
		BlockingQueue<InstanceStatus> told = new LinkedBlockingQueue<>();
		Instance instance = Instance.of("orders", "127.0.0.1", 8080).build();
		writer.registry().put("orders", List.of(instance));
		reader.discovery().watch("orders", (instances) -> told.add(instances.get(0).status()));
		told.take();
		long[] nanos = new long[ROUNDS];
		long[] bare = new long[ROUNDS];
		for (int i = -WARM_UP; i < ROUNDS; i++) {
			InstanceStatus status = (i % 2 == 0) ? InstanceStatus.DRAINING : InstanceStatus.WARNING;
			long start = System.nanoTime();
			writer.registry().put("orders", List.of(instance.withStatus(status)));
			assertThat(told.poll(5, TimeUnit.SECONDS)).isEqualTo(status);
			nanos[Math.max(0, i)] = System.nanoTime() - start;
			bare[Math.max(0, i)] = this.relay.nanos();
		}
		assertThat(median("status of an instance, put, whole", nanos))
			.isLessThanOrEqualTo(PROMPT.plus(median("bare hand-over", bare)));
	}

	@Test
	void bareWatchService() throws Exception {
		Path file = prepare();
		BlockingQueue<Long> told = new LinkedBlockingQueue<>();
		try (WatchService service = file.getFileSystem().newWatchService()) {
			file.getParent().register(service, StandardWatchEventKinds.ENTRY_MODIFY);
			Thread reader = new Thread(() -> readAll(service, file, told));
			reader.start();
			long[] nanos = new long[ROUNDS];
			for (int i = -WARM_UP; i < ROUNDS; i++) {
				long start = System.nanoTime();
				Files.writeString(file, "round: " + i);
				Long at = told.poll(5, TimeUnit.SECONDS);
				assertThat(at).isNotNull();
				nanos[Math.max(0, i)] = at - start;
				while (told.poll(5, TimeUnit.MILLISECONDS) != null) {
					// Truncating and writing are told apart now and then.
				}
			}
			assertThat(median("bare WatchService, write in place, whole", nanos)).isLessThan(Duration.ofSeconds(1));
		}
	}

	private static void readAll(WatchService service, Path file, BlockingQueue<Long> told) {
		try {
			while (true) {
				WatchKey key = service.take();
				key.pollEvents();
				key.reset();
				Files.readString(file);
				told.add(System.nanoTime());
			}
		}
		catch (Exception ex) {
			// Closed.
		}
	}

	private Path prepare() throws IOException {
		Path file = this.directory.resolve("config/dev/shop/orders.yaml");
		Files.createDirectories(file.getParent());
		return Files.writeString(file, "round: none");
	}

	private Medians ofConfig(String what, Save save) throws Exception {
		BlockingQueue<String> told = new LinkedBlockingQueue<>();
		LocalBackend backend = this.backends.open(this.directory);
		long[] fromBegin = new long[ROUNDS];
		long[] fromEnd = new long[ROUNDS];
		long[] bare = new long[ROUNDS];
		backend.config().watch(Set.of(ID), (documents) -> told.add(text(documents)));
		assertThat(told.poll(5, TimeUnit.SECONDS)).isEqualTo("round: none");
		for (int i = -WARM_UP; i < ROUNDS; i++) {
			String text = "round: " + i;
			long begin = System.nanoTime();
			save.save(text);
			long end = System.nanoTime();
			String first = told.poll(5, TimeUnit.SECONDS);
			// A writer that got no turn may have left an empty file for too long.
			assertThat("".equals(first) ? told.poll(5, TimeUnit.SECONDS) : first).isEqualTo(text);
			long now = System.nanoTime();
			fromBegin[Math.max(0, i)] = now - begin;
			fromEnd[Math.max(0, i)] = now - end;
			bare[Math.max(0, i)] = this.relay.nanos();
		}
		return new Medians(median(what + ", whole", fromBegin), median(what + ", after it returned", fromEnd),
				median("bare hand-over", bare));
	}

	private static String text(ConfigDocuments documents) {
		return documents.find(ID).map(ConfigDocument::text).orElse("-");
	}

	private static Duration median(String what, long[] nanos) {
		Arrays.sort(nanos);
		System.out.printf("%-48s median %6.2f ms, p95 %6.2f ms, max %6.2f ms%n", what, nanos[ROUNDS / 2] / 1e6,
				nanos[ROUNDS * 95 / 100] / 1e6, nanos[ROUNDS - 1] / 1e6);
		return Duration.ofNanos(nanos[ROUNDS / 2]);
	}

	/**
	 * Medians of the time until the listener is told.
	 *
	 * @param whole from the begin of saving
	 * @param afterwards from the end of saving
	 * @param bare of handing something over as often
	 */
	private record Medians(Duration whole, Duration afterwards, Duration bare) {

	}

	/** Hands something through as many threads as a change passes on its way. */
	private static final class Relay implements AutoCloseable {

		private static final int THREADS = 4;

		private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

		private final List<SynchronousQueue<Long>> ways = Stream.generate(() -> new SynchronousQueue<Long>())
			.limit(THREADS + 1)
			.toList();

		Relay() {
			for (int i = 0; i < THREADS; i++) {
				SynchronousQueue<Long> from = this.ways.get(i);
				SynchronousQueue<Long> to = this.ways.get(i + 1);
				this.threads.submit(() -> {
					while (true) {
						to.put(from.take());
					}
				});
			}
		}

		long nanos() throws InterruptedException {
			this.ways.get(0).put(System.nanoTime());
			long begin = this.ways.get(THREADS).take();
			return System.nanoTime() - begin;
		}

		@Override
		public void close() {
			this.threads.shutdownNow();
		}

	}

	/** Saves a document in some way. */
	@FunctionalInterface
	private interface Save {

		void save(String text) throws IOException;

	}

}
