package io.governance.boot.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.ToIntFunction;

import io.governance.Subscription;
import io.governance.boot.configdata.GovernancePropertySource;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigSource;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import io.governance.config.StartPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What readers may rely on while changes are applied.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConcurrentReadersTests {

	private static final int READERS = 200;

	private static final int CHANGES = 1000;

	private final Source source = new Source();

	private final ConfigManager manager = ConfigManager.of(this.source, List.of(id("left.yaml"), id("right.yaml")))
		.build();

	private final StandardEnvironment environment = new StandardEnvironment();

	private final LiveConfigFactory factory = new LiveConfigFactory(this.manager,
			new SnapshotBinder(this.environment, () -> null));

	private final ExecutorService threads = Executors.newFixedThreadPool(READERS);

	ConcurrentReadersTests() {
		this.source.put(0);
		this.manager.load(new StartPolicy(false, false));
		this.environment.getPropertySources().addLast(new GovernancePropertySource(this.manager));
		ConfigurationPropertySources.attach(this.environment);
		this.manager.watch();
	}

	@AfterEach
	void close() {
		this.threads.shutdownNow();
		this.manager.close();
	}

	@Test
	void twoHundredReadersSeeNoTornValueInAThousandChanges() throws Exception {
		LiveConfig<Pair> pair = this.factory.of(Pair.class);
		LiveConfig<Map<String, Integer>> map = this.factory.of("pair",
				ResolvableType.forClassWithGenerics(Map.class, String.class, Integer.class));
		List<ToIntFunction<Integer>> kinds = List.of((last) -> whole(pair.get().left(), pair.get(), last),
				(last) -> ofMap(map.get(), last), (last) -> ofSnapshot(this.manager.current(), last),
				(last) -> ofEnvironment(this.environment, last), (last) -> together(pair, last));
		AtomicBoolean done = new AtomicBoolean();
		List<Future<Integer>> readers = new ArrayList<>();
		for (int i = 0; i < READERS; i++) {
			ToIntFunction<Integer> read = kinds.get(i % kinds.size());
			readers.add(this.threads.submit(() -> {
				int last = 0;
				while (!done.get()) {
					for (int j = 0; j < 5; j++) {
						last = read.applyAsInt(last);
					}
					// So that 200 readers leave something of two cores to the writer.
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
				}
				return read.applyAsInt(last);
			}));
		}
		for (int i = 1; i <= CHANGES; i++) {
			this.source.put(i);
			this.source.deliver();
		}
		done.set(true);
		for (Future<Integer> reader : readers) {
			assertThat(reader.get(30, TimeUnit.SECONDS)).isEqualTo(CHANGES);
		}
		assertThat(this.manager.status().rejection()).isNull();
	}

	private static int whole(int before, Pair pair, int last) {
		assertThat(pair.left()).isEqualTo(pair.right()).isGreaterThanOrEqualTo(before).isGreaterThanOrEqualTo(last);
		return pair.left();
	}

	private static int ofMap(Map<String, Integer> map, int last) {
		assertThat(map.get("left")).isEqualTo(map.get("right")).isGreaterThanOrEqualTo(last);
		return map.get("left");
	}

	private static int ofSnapshot(ConfigSnapshot snapshot, int last) {
		Object left = snapshot.get("pair.left").value();
		assertThat(snapshot.get("pair.right").value()).isEqualTo(left);
		assertThat((int) left).isGreaterThanOrEqualTo(last);
		return (int) left;
	}

	/** Two reads are two moments: the second is never older than the first. */
	private static int ofEnvironment(Environment environment, int last) {
		int left = environment.getRequiredProperty("pair.left", Integer.class);
		int right = environment.getRequiredProperty("pair.right", Integer.class);
		int again = environment.getRequiredProperty("pair.left", Integer.class);
		assertThat(left).isGreaterThanOrEqualTo(last);
		assertThat(right).isBetween(left, again);
		return again;
	}

	/**
	 * One moment for everything that is read, also by names, binding and placeholders.
	 */
	private int together(LiveConfig<Pair> pair, int last) {
		return this.manager.consistently(() -> {
			int left = this.environment.getRequiredProperty("pair.left", Integer.class);
			assertThat(left).isGreaterThanOrEqualTo(last);
			assertThat(this.environment.getRequiredProperty("pair.right", Integer.class)).isEqualTo(left);
			assertThat(this.environment.resolvePlaceholders("${pair.left} ${pair.right}")).isEqualTo("%d %d", left,
					left);
			assertThat(Binder.get(this.environment).bind("pair", Pair.class).get()).isEqualTo(new Pair(left, left));
			assertThat(pair.get()).isEqualTo(new Pair(left, left));
			return left;
		});
	}

	@Test
	void readersDoNotWaitForAChangeThatIsUnderWay() throws Exception {
		LiveConfig<Pair> pair = this.factory.of(Pair.class);
		CountDownLatch checking = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		this.manager.validate((change) -> {
			checking.countDown();
			assertThat(release.await(60, TimeUnit.SECONDS)).isTrue();
		});
		this.source.put(1);
		Future<?> change = this.threads.submit(this.source::deliver);
		assertThat(checking.await(30, TimeUnit.SECONDS)).isTrue();
		Function<String, Future<?>> reader = (name) -> this.threads.submit(() -> {
			assertThat(pair.get()).isEqualTo(new Pair(0, 0));
			assertThat(this.environment.getProperty("pair.left")).isEqualTo("0");
			assertThat(this.factory.of("pair.left", ResolvableType.forClass(Integer.class)).get()).isEqualTo(0);
			assertThat(this.manager.current().get("pair.right").value()).isEqualTo(0);
		});
		reader.apply("while it is checked").get(30, TimeUnit.SECONDS);
		assertThat(change.isDone()).isFalse();
		release.countDown();
		change.get(30, TimeUnit.SECONDS);
		assertThat(pair.get()).isEqualTo(new Pair(1, 1));
	}

	private static DocumentId id(String name) {
		return new DocumentId(DocumentId.DEFAULT, DocumentId.DEFAULT, name);
	}

	@ConfigurationProperties("pair")
	record Pair(int left, int right) {
	}

	/** Delivers on the thread that says so. */
	private static final class Source implements ConfigSource {

		private volatile ConfigDocuments documents = ConfigDocuments.NONE;

		private volatile ConfigListener listener;

		void put(int value) {
			this.documents = ConfigDocuments
				.of(List.of(ConfigDocument.of(id("left.yaml"), "pair.left: " + value, Revision.of(value)),
						ConfigDocument.of(id("right.yaml"), "pair.right: " + value, Revision.of(value))));
		}

		void deliver() {
			this.listener.onDocuments(this.documents);
		}

		@Override
		public ConfigDocuments get(Set<DocumentId> ids) {
			return this.documents;
		}

		@Override
		public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
			this.listener = listener;
			return () -> {
			};
		}

		@Override
		public void close() {
		}

	}

}
