package io.governance.boot.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.boot.TestFleet;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyCaching;
import org.springframework.boot.context.properties.source.ConfigurationPropertyCaching.CacheOverride;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Applications that do what some applications do.
 */
class AwkwardApplicationTests {

	private TestFleet fleet;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("orders.yaml", "price: {factor: 1}\npool: {size: 1}");
	}

	@Test
	void observerIsCalledAlsoWhereBeansAreLazyAndNobodyHasAskedForIt() {
		this.fleet.save("orders.yaml", "price: {factor: 1}");
		try (ConfigurableApplicationContext context = this.fleet.start(PlainApplication.class,
				"spring.main.lazy-initialization=true")) {
			this.fleet.save("orders.yaml", "price: {factor: 2}");
			await().until(() -> "2".equals(context.getEnvironment().getProperty("price.factor")));
			await().untilAsserted(() -> assertThat(context.getBean(Observer.class).calls).hasValue(1));
		}
	}

	@Test
	void configIsFollowedAgainAfterTheContextWasStoppedAndStarted() {
		try (ConfigurableApplicationContext context = this.fleet.start(PlainApplication.class)) {
			context.stop();
			this.fleet.save("orders.yaml", "price: {factor: 2}");
			context.start();
			awaitFactor(context, 2);
			this.fleet.save("orders.yaml", "price: {factor: 3}");
			awaitFactor(context, 3);
			await().untilAsserted(() -> assertThat(context.getBean(Observer.class).calls).hasValue(2));
		}
	}

	/**
	 * Spring Boot has names read once while it binds. Of two bindings on two threads, the
	 * one that begins later and ends later leaves it at that.
	 */
	@Test
	void environmentStaysLiveAfterBindingsThatHaveOverlapped() {
		try (ConfigurableApplicationContext context = this.fleet.start(PlainApplication.class)) {
			ConfigurableEnvironment environment = context.getEnvironment();
			ConfigurationPropertyCaching names = ConfigurationPropertyCaching.get(environment);
			CacheOverride one = names.override();
			assertThat(environment.getProperty("price.max-size")).isNull();
			CacheOverride other = names.override();
			one.close();
			other.close();
			this.fleet.save("orders.yaml", "price: {factor: 2, maxSize: 7}\ncities: [a, b]");
			awaitFactor(context, 2);
			assertThat(environment.getProperty("price.max-size")).isEqualTo("7");
			assertThat(Binder.get(environment).bind("cities", String[].class).get()).containsExactly("a", "b");
		}
	}

	@Test
	void environmentStaysLiveAfterARefreshOfSpringCloud() {
		try (ConfigurableApplicationContext context = this.fleet.start(PlainApplication.class)) {
			context.getBean(ContextRefresher.class).refresh();
			this.fleet.save("orders.yaml", "price: {factor: 2}");
			awaitFactor(context, 2);
			assertThat(context.getEnvironment().getProperty("price.factor")).isEqualTo("2");
			context.getBean(ContextRefresher.class).refresh();
			assertThat(context.getEnvironment().getProperty("price.factor")).isEqualTo("2");
		}
	}

	@Test
	void environmentStaysLiveAfterARefreshOfAnApplicationThatRetainsMore() {
		try (ConfigurableApplicationContext context = this.fleet.start(PlainApplication.class,
				"spring.cloud.refresh.additional-property-sources-to-retain=mine")) {
			context.getBean(ContextRefresher.class).refresh();
			this.fleet.save("orders.yaml", "price: {factor: 2}");
			awaitFactor(context, 2);
			assertThat(context.getEnvironment().getProperty("price.factor")).isEqualTo("2");
		}
	}

	@Test
	void gettersThatAreNoChangedPropertyAreNotCalled() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			Pool pool = context.getBean(Pool.class);
			this.fleet.save("orders.yaml", "price: {factor: 1}\npool: {size: 2}");
			await().atMost(Duration.ofSeconds(10)).until(() -> pool.getSize() == 2);
			assertThat(Pool.connections).hasValue(0);
		}
	}

	@Test
	void beansThatOnlyCodeCanMakeNeitherStopAChangeNorAStart() {
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			this.fleet.save("orders.yaml", "price: {factor: 2}\npool: {size: 1}\nmade: {name: x}");
			awaitFactor(context, 2);
		}
		this.fleet.save("orders.yaml", "price: {factor: 3}\npool: {size: 1}\nmade: {name: y}");
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			assertThat(context.getBean(ConfigManager.class).status().source()).isEqualTo(ConfigStatus.Source.BACKEND);
			awaitFactor(context, 3);
		}
	}

	@Test
	void aLiveConfigOfTheUserStandsBesideOurs() {
		try (ConfigurableApplicationContext context = this.fleet.start(WithOwnLiveConfig.class)) {
			assertThat(context.getBean("text", String.class)).isEqualTo("own 1");
		}
	}

	@Test
	void applicationClosesAlthoughAnObserverDoesNotReturn() throws Exception {
		ConfigurableApplicationContext context = this.fleet.start(StuckApplication.class);
		Stuck stuck = context.getBean(Stuck.class);
		try {
			this.fleet.save("orders.yaml", "price: {factor: 2}");
			assertThat(stuck.entered.await(10, TimeUnit.SECONDS)).isTrue();
			CompletableFuture.runAsync(context::close).get(20, TimeUnit.SECONDS);
		}
		finally {
			stuck.end.countDown();
		}
		await().atMost(Duration.ofSeconds(10)).until(() -> !stuck.thread.isAlive());
	}

	private static void awaitFactor(ConfigurableApplicationContext context, int factor) {
		LiveConfig<Price> price = context.getBean(LiveConfigFactory.class).of(Price.class);
		await().atMost(Duration.ofSeconds(10)).until(() -> price.get().factor() == factor);
	}

	@ConfigurationProperties("price")
	record Price(int factor) {
	}

	/** Looks like a connection pool. */
	public static class Pool {

		private static final AtomicInteger connections = new AtomicInteger();

		private int size;

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

		public Pool getMXBean() {
			return this;
		}

		public Object getConnection() {
			connections.incrementAndGet();
			return new Object();
		}

	}

	/** Cannot be made of its properties alone. */
	public static class Made {

		private final Object collaborator;

		private String name;

		Made(Object collaborator) {
			this.collaborator = Objects.requireNonNull(collaborator);
		}

		Made(Object collaborator, String name) {
			this(collaborator);
			this.name = name;
		}

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

		@Override
		public String toString() {
			return this.name + this.collaborator;
		}

	}

	static class Observer {

		private final AtomicInteger calls = new AtomicInteger();

		@OnConfigChange("price")
		void changed() {
			this.calls.incrementAndGet();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@ConfigurationProperties("pool")
		Pool pool() {
			return new Pool();
		}

		@Bean
		@ConfigurationProperties("made")
		Made made() {
			return new Made(this);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class PlainApplication {

		@Bean
		Observer observer() {
			return new Observer();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class WithOwnLiveConfig {

		@Bean
		LiveConfig<String> own() {
			return LiveConfig.of("own");
		}

		@Bean
		String text(LiveConfig<String> own, LiveConfig<Price> price) {
			return own.get() + " " + price.get().factor();
		}

	}

	/** Waits as a driver does that reads from a socket. */
	static class Stuck {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch end = new CountDownLatch(1);

		private volatile Thread thread;

		@OnConfigChange
		void changed() {
			this.thread = Thread.currentThread();
			this.entered.countDown();
			while (this.end.getCount() > 0) {
				try {
					this.end.await();
				}
				catch (InterruptedException ex) {
					// It cannot be interrupted.
				}
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class StuckApplication {

		@Bean
		Stuck stuck() {
			return new Stuck();
		}

	}

}
