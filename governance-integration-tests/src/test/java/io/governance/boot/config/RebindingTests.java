package io.governance.boot.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.governance.boot.TestFleet;
import io.governance.boot.backend.Backends;
import io.governance.config.Author;
import io.governance.config.ConfigManager;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.cloud.context.properties.ConfigurationPropertiesRebinder;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.MapPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RebindingTests {

	private TestFleet fleet;

	private ConfigurableApplicationContext context;

	private Pool pool;

	private Events events;

	@BeforeEach
	void start(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("orders.yaml",
				"pool: {size: 1, url: u1, hosts: [h1, h1], tags: {a: t1}, nested: {limit: 1}}\nmaker: {name: first}");
		this.context = this.fleet.start(Application.class);
		this.pool = this.context.getBean(Pool.class);
		this.events = this.context.getBean(Events.class);
		this.events.clear();
		Pool.lifecycle.set(0);
	}

	@AfterEach
	void close() {
		Maker.making.set(null);
		this.context.close();
	}

	@Test
	@DisplayName("each property goes from its old value to its new one, never through null or zero")
	void neverShowsADefaultOnTheWay() throws Exception {
		AtomicBoolean done = new AtomicBoolean();
		CompletableFuture<Long> reader = CompletableFuture.supplyAsync(() -> {
			long reads = 0;
			while (!done.get()) {
				int size = this.pool.getSize();
				assertThat(size).isPositive();
				assertThat(this.pool.getUrl()).isNotNull().startsWith("u");
				List<String> hosts = this.pool.getHosts();
				assertThat(hosts).hasSize(2);
				assertThat(hosts.get(0)).isEqualTo(hosts.get(1));
				assertThat(this.pool.getTags()).containsOnlyKeys("a");
				assertThat(this.pool.getNested().getLimit()).isPositive();
				reads++;
			}
			return reads;
		});
		for (int i = 2; i <= 100; i++) {
			this.fleet.save("orders.yaml",
					"pool: {size: %1$d, url: u%1$d, hosts: [h%1$d, h%1$d], tags: {a: t%1$d}, nested: {limit: %1$d}}"
						.formatted(i));
			if (i % 4 == 0) {
				int expected = i;
				await().atMost(Duration.ofSeconds(20)).until(() -> this.pool.getSize() == expected);
			}
		}
		await().atMost(Duration.ofSeconds(20)).until(() -> this.pool.getNested().getLimit() == 100);
		done.set(true);
		assertThat(reader.get(20, TimeUnit.SECONDS)).isPositive();
		assertThat(Pool.lifecycle).hasValue(0);
	}

	@Test
	void returnsRemovedKeysToTheirDefaultsAndReplacesCollections() {
		List<String> hosts = this.pool.getHosts();
		save("pool: {size: 2}");
		assertThat(this.pool.getSize()).isEqualTo(2);
		assertThat(this.pool.getUrl()).isEqualTo("default");
		assertThat(this.pool.getHosts()).isEmpty();
		assertThat(this.pool.getNested().getLimit()).isEqualTo(10);
		assertThat(hosts).containsExactly("h1", "h1");
	}

	@Test
	void followsRecordsConstructorsNestedListsAndMaps() {
		LiveConfigFactory factory = this.context.getBean(LiveConfigFactory.class);
		LiveConfig<Tree> tree = factory.of(Tree.class);
		LiveConfig<Built> built = factory.of(Built.class);
		assertThat(tree.get()).isEqualTo(new Tree("none", List.of(), Map.of()));
		save("tree: {name: oak, rows: [{cells: [1, 2]}, {cells: [3]}], byName: {'[a.b]': {cells: [4]}}}\nbuilt: {size: 3}");
		assertThat(tree.get()).isEqualTo(new Tree("oak", List.of(new Row(List.of(1, 2)), new Row(List.of(3))),
				Map.of("a.b", new Row(List.of(4)))));
		assertThat(built.get().size).isEqualTo(3);
		save("tree: {rows: [{cells: [5]}]}");
		assertThat(tree.get()).isEqualTo(new Tree("none", List.of(new Row(List.of(5))), Map.of()));
		assertThat(built.get().size).isEqualTo(7);
		assertThat(this.context.getEnvironment().getProperty("tree.rows[0].cells[0]")).isEqualTo("5");
		assertThat(this.context.getEnvironment().getProperty("tree.name")).isNull();
	}

	@Test
	void doesNotMakeLazyBeansToRebindThem() {
		save("pool: {size: 2}\nidle: {size: 2}");
		assertThat(this.context.getBeanFactory().containsSingleton("idle")).isFalse();
		assertThat(this.context.getBean(Idle.class).getSize()).isEqualTo(2);
		save("pool: {size: 2}\nidle: {size: 3}");
		assertThat(this.context.getBean(Idle.class).getSize()).isEqualTo(3);
	}

	@Test
	void beanThatIsMadeWhileAChangeIsCheckedFollowsIt() {
		save("idle: {size: 2}\nmaker: {name: first}");
		makeIdleWhileMakerIsBound();
		save("idle: {size: 3}\nmaker: {name: now}");
		assertThat(this.context.getBean(Idle.class).getSize()).isEqualTo(3);
	}

	@Test
	void beanThatIsMadeWhileAChangeIsCheckedStaysAsItIsIfTheChangeIsTakenBack() {
		save("idle: {size: 2}\nmaker: {name: first}");
		makeIdleWhileMakerIsBound();
		this.fleet.save("orders.yaml", "idle: {size: 3}\nmaker: {name: in vain}");
		ConfigManager manager = this.context.getBean(ConfigManager.class);
		await().atMost(Duration.ofSeconds(20)).until(() -> manager.status().rejection() != null);
		assertThat(this.context.getBean(Idle.class).getSize()).isEqualTo(2);
	}

	/** On another thread, which does not see the candidate. */
	private void makeIdleWhileMakerIsBound() {
		Maker.making.set(() -> {
			Idle made = CompletableFuture.supplyAsync(() -> this.context.getBean(Idle.class)).join();
			assertThat(made.getSize()).isEqualTo(2);
		});
	}

	@Test
	void tellsListenersOfSpringCloudOfTheKeysAndRebindsOnce() {
		save("pool: {size: 2, url: u1, hosts: [h1, h1], tags: {a: t1}, nested: {limit: 1}}\nmaker: {name: first}");
		await().atMost(Duration.ofSeconds(20)).until(() -> this.events.environment.size() == 1);
		assertThat(this.events.environment.get(0).getKeys()).containsExactly("pool.size");
		assertThat(this.events.environment.get(0).getSource()).isSameAs(this.context);
		assertThat(this.events.sizes).as("what the bean was when the event came").containsExactly(2);
		assertThat(Pool.lifecycle).as("neither destroyed nor initialized again").hasValue(0);
		assertThat(this.context.getBeansOfType(ConfigurationPropertiesRebinder.class)).hasSize(1);
	}

	@Test
	void aRefreshOfSpringCloudNeitherDestroysNorResetsBeans() {
		this.pool.setUrl("set by code");
		this.context.getBean(ContextRefresher.class).refresh();
		assertThat(this.pool.getUrl()).isEqualTo("set by code");
		assertThat(this.pool.getSize()).isEqualTo(1);
		assertThat(Pool.lifecycle).hasValue(0);
		save("pool: {size: 5}");
		assertThat(this.pool.getSize()).isEqualTo(5);
	}

	@Test
	void followsWhatOthersChangeInTheEnvironment() {
		Map<String, Object> values = new HashMap<>(Map.of("pool.size", 42));
		this.context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("manager", values));
		this.context.publishEvent(new EnvironmentChangeEvent(this.context, Set.of("pool.size")));
		assertThat(this.pool.getSize()).isEqualTo(42);
		assertThat(this.pool.getUrl()).isEqualTo("u1");
		assertThat(Pool.lifecycle).hasValue(0);
	}

	@Test
	void documentsPublishedTogetherAreOneChange() {
		List<Publication> together = List.of(
				Publication.put(new DocumentId("default", "default", "application.yaml"), "tree: {name: elm}"),
				Publication.put(new DocumentId("default", "default", "orders.yaml"), "pool: {size: 8}"));
		this.context.getBean(Backends.class).select().config().publish(together, Author.of("test"));
		await().atMost(Duration.ofSeconds(20)).until(() -> this.pool.getSize() == 8);
		await().atMost(Duration.ofSeconds(20)).until(() -> !this.events.changes.isEmpty());
		assertThat(this.events.changes).singleElement()
			.satisfies((changed) -> assertThat(changed.change().keys()).contains("tree.name", "pool.size"));
	}

	@Test
	void gathersChangesForTheSettleTime(@TempDir Path other) {
		TestFleet settling = new TestFleet(other);
		settling.save("orders.yaml", "pool: {size: 1}");
		try (ConfigurableApplicationContext slow = settling.start(Application.class, "governance.config.settle=2s")) {
			settling.save("orders.yaml", "pool: {size: 2}");
			settling.save("application.yaml", "tree: {name: elm}");
			List<ConfigChanged> changes = slow.getBean(Events.class).changes;
			await().atMost(Duration.ofSeconds(20)).until(() -> !changes.isEmpty());
			assertThat(changes).singleElement()
				.satisfies((changed) -> assertThat(changed.change().keys()).containsExactly("pool.size", "tree.name"));
		}
	}

	private void save(String text) {
		int changes = this.events.changes.size();
		this.fleet.save("orders.yaml", text);
		await().atMost(Duration.ofSeconds(20)).until(() -> this.events.changes.size() == changes + 1);
	}

	static class Events {

		private final Pool pool;

		private final List<EnvironmentChangeEvent> environment = new CopyOnWriteArrayList<>();

		private final List<Integer> sizes = new CopyOnWriteArrayList<>();

		private final List<ConfigChanged> changes = new CopyOnWriteArrayList<>();

		Events(Pool pool) {
			this.pool = pool;
		}

		void clear() {
			this.environment.clear();
			this.changes.clear();
		}

		@EventListener
		void changed(EnvironmentChangeEvent event) {
			this.sizes.add(this.pool.getSize());
			this.environment.add(event);
		}

		@EventListener
		void changed(ConfigChanged event) {
			this.changes.add(event);
		}

	}

	@ConfigurationProperties("tree")
	record Tree(@DefaultValue("none") String name, @DefaultValue List<Row> rows,
			@DefaultValue Map<String, Row> byName) {
	}

	record Row(List<Integer> cells) {
	}

	@ConfigurationProperties("built")
	static class Built {

		private final int size;

		Built(@DefaultValue("7") int size) {
			this.size = size;
		}

	}

	@ConfigurationProperties("pool")
	public static class Pool implements InitializingBean, DisposableBean {

		private static final AtomicInteger lifecycle = new AtomicInteger();

		private volatile int size = 3;

		private volatile String url = "default";

		private volatile List<String> hosts = new ArrayList<>();

		private volatile Map<String, String> tags = new HashMap<>();

		private final Nested nested = new Nested();

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

		public String getUrl() {
			return this.url;
		}

		public void setUrl(String url) {
			this.url = url;
		}

		public List<String> getHosts() {
			return this.hosts;
		}

		public void setHosts(List<String> hosts) {
			this.hosts = hosts;
		}

		public Map<String, String> getTags() {
			return this.tags;
		}

		public void setTags(Map<String, String> tags) {
			this.tags = tags;
		}

		public Nested getNested() {
			return this.nested;
		}

		@Override
		public void afterPropertiesSet() {
			lifecycle.incrementAndGet();
		}

		@Override
		public void destroy() {
			lifecycle.incrementAndGet();
		}

	}

	public static class Nested {

		private volatile int limit = 10;

		public int getLimit() {
			return this.limit;
		}

		public void setLimit(int limit) {
			this.limit = limit;
		}

	}

	public static class Idle {

		private int size;

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties({ Pool.class, Maker.class })
	static class Application {

		@Bean
		Events events(Pool pool) {
			return new Events(pool);
		}

		@Bean
		@Lazy
		@ConfigurationProperties("idle")
		Idle idle() {
			return new Idle();
		}

		@Bean
		Refusing refusing() {
			return new Refusing();
		}

	}

	/** Does something while it is bound. */
	@ConfigurationProperties("maker")
	static class Maker {

		private static final AtomicReference<Runnable> making = new AtomicReference<>();

		private String name;

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
			Runnable making = Maker.making.getAndSet(null);
			if (making != null) {
				making.run();
			}
		}

	}

	static class Refusing {

		@OnConfigChange("maker.name")
		void made(String now) {
			if (now.equals("in vain")) {
				throw new IllegalStateException();
			}
		}

	}

}
