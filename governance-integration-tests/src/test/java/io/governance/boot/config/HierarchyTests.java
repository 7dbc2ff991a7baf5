package io.governance.boot.config;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.boot.TestFleet;
import io.governance.boot.configdata.GovernanceBootstrap;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigValidator;
import jakarta.validation.constraints.Max;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/** A parent and a child, of which one imports the config. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class HierarchyTests {

	private TestFleet fleet;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("orders.yaml", "price: {factor: 1}");
	}

	@Test
	void childThatImportsTheConfigFollowsIt() {
		SpringApplicationBuilder parent = new SpringApplicationBuilder(Parent.class).web(WebApplicationType.NONE);
		try (ConfigurableApplicationContext above = parent.run("--governance.registry.enabled=false",
				"--governance.local.directory=" + this.fleet.directory());
				ConfigurableApplicationContext child = child(above, true)) {
			assertThat(child.getBean(ConfigManager.class)).isNotSameAs(above.getBean(ConfigManager.class));
			assertThat(factor(child)).isEqualTo(1);
			this.fleet.save("orders.yaml", "price: {factor: 2}");
			await().untilAsserted(() -> assertThat(factor(child)).isEqualTo(2));
			assertThat(child.getBean("seenByChild", Seen.class).factors).containsExactly(2);
		}
	}

	@Test
	void childOfWhoImportsTheConfigFollowsItAndEndsNothingButItself() {
		try (ConfigurableApplicationContext parent = this.fleet.start(Parent.class,
				"governance.registry.enabled=false")) {
			Seen above = parent.getBean(Seen.class);
			Seen below;
			try (ConfigurableApplicationContext child = child(parent, false)) {
				below = child.getBean("seenByChild", Seen.class);
				assertThat(child.getBean(ConfigManager.class)).isSameAs(parent.getBean(ConfigManager.class));
				this.fleet.save("orders.yaml", "price: {factor: 2}");
				await().until(() -> below.factors.contains(2) && above.factors.contains(2));
				assertThat(factor(child)).isEqualTo(2);
			}
			this.fleet.save("orders.yaml", "price: {factor: 3}");
			await().untilAsserted(() -> assertThat(factor(parent)).isEqualTo(3));
			assertThat(above.factors).containsExactly(2, 3);
			assertThat(below.factors).containsExactly(2);
		}
	}

	@Test
	void childThatStartsNeitherResetsNorDestroysWhatItsParentHas(CapturedOutput output) {
		this.fleet.save("orders.yaml", "{price: {factor: 1}, shelf: {size: 1}}");
		try (ConfigurableApplicationContext parent = this.fleet.start(Shelves.class,
				"governance.registry.enabled=false")) {
			Shelf shelf = parent.getBean(Shelf.class);
			shelf.setOwner("code");
			try (ConfigurableApplicationContext child = child(parent, false)) {
				assertThat(child.getBean(Shelf.class)).isSameAs(shelf);
				assertThat(shelf.getOwner()).isEqualTo("code");
				assertThat(shelf.closed).hasValue(0);
				this.fleet.save("orders.yaml", "{price: {factor: 1}, shelf: {size: 2}}");
				await().untilAsserted(() -> assertThat(shelf.getSize()).isEqualTo(2));
			}
		}
		assertThat(output).doesNotContain("skipping property reset");
	}

	@Test
	void childOfAPlainContextThatImportsTheConfigFollowsIt() {
		try (ConfigurableApplicationContext parent = this.fleet.start(Plain.class, "governance.registry.enabled=false");
				ConfigurableApplicationContext child = child(parent, false)) {
			assertThat(factor(child)).isEqualTo(1);
			this.fleet.save("orders.yaml", "price: {factor: 2}");
			await().untilAsserted(() -> assertThat(factor(child)).isEqualTo(2));
			await().until(() -> child.getBean("seenByChild", Seen.class).factors.contains(2));
			assertThat(parent.getBean(Asked.class).changes).hasValue(1);
		}
	}

	@Test
	void nextChildOfAPlainContextFollowsTheConfigWhenTheOneBeforeHasClosed() {
		try (ConfigurableApplicationContext parent = this.fleet.start(Plain.class,
				"governance.registry.enabled=false")) {
			child(parent, false).close();
			try (ConfigurableApplicationContext next = child(parent, false)) {
				this.fleet.save("orders.yaml", "price: {factor: 2}");
				await().untilAsserted(() -> assertThat(factor(next)).isEqualTo(2));
				await().until(() -> next.getBean("seenByChild", Seen.class).factors.contains(2));
				assertThat(parent.getBean(Asked.class).changes).hasValue(1);
			}
		}
	}

	@Test
	void childrenOfAPlainContextFollowTheConfigBesideEachOtherAndTheirParentClosesIt() {
		GovernanceBootstrap bootstrap;
		try (ConfigurableApplicationContext parent = this.fleet.start(Plain.class,
				"governance.registry.enabled=false")) {
			bootstrap = parent.getBean(GovernanceBootstrap.class);
			try (ConfigurableApplicationContext stays = child(parent, false)) {
				Seen seen = stays.getBean("seenByChild", Seen.class);
				try (ConfigurableApplicationContext goes = child(parent, false)) {
					this.fleet.save("orders.yaml", "price: {factor: 2}");
					await().untilAsserted(() -> assertThat(factor(goes)).isEqualTo(2));
				}
				this.fleet.save("orders.yaml", "price: {factor: 3}");
				await().until(() -> seen.factors.contains(3));
				assertThat(seen.factors).containsExactly(2, 3);
			}
			assertThat(bootstrap.backends().select()).isNotNull();
		}
		assertThatIllegalStateException().isThrownBy(() -> bootstrap.backends().select())
			.withMessage("The backends are closed");
	}

	@Test
	void childThatHasClosedRefusesNothing() {
		try (ConfigurableApplicationContext parent = this.fleet.start(Parent.class,
				"governance.registry.enabled=false")) {
			LiveConfig<Price> price;
			try (ConfigurableApplicationContext child = child(parent, DemandingChild.class, false)) {
				price = child.getBean(LiveConfigFactory.class).of(Price.class);
				this.fleet.save("orders.yaml", "price: {factor: 20}");
				await().until(() -> parent.getBean(ConfigManager.class).status().rejection() != null);
			}
			this.fleet.save("orders.yaml", "price: {factor: 30}");
			await().untilAsserted(() -> assertThat(factor(parent)).isEqualTo(30));
			assertThat(price.get().factor()).as("as it was when the child closed").isEqualTo(1);
		}
	}

	@Test
	void childThatHasClosedIsToldOfNothing() {
		try (ConfigurableApplicationContext parent = this.fleet.start(Parent.class,
				"governance.registry.enabled=false")) {
			Seen above = parent.getBean(Seen.class);
			child(parent, false).close();
			this.fleet.save("orders.yaml", "price: {factor: 2}");
			await().until(() -> above.factors.contains(2));
			this.fleet.save("orders.yaml", "price: {factor: 2}\nother: 1");
			await().until(() -> above.changedKeys.contains(Set.of("other")));
			assertThat(above.changedKeys).as("events of the child reach its parent, too")
				.containsExactly(Set.of("price.factor"), Set.of("other"));
		}
	}

	@Test
	void nothingIsKeptOfAChildThatHasClosed() {
		try (ConfigurableApplicationContext parent = this.fleet.start(Parent.class,
				"governance.registry.enabled=false")) {
			Map<String, WeakReference<Object>> kept = partsOfAClosedChild(parent);
			// Spring Boot keeps the last event of a child, and so the last child.
			child(parent, false).close();
			await().untilAsserted(() -> {
				System.gc();
				assertThat(kept).allSatisfy((part, reference) -> assertThat(reference.get()).as(part).isNull());
			});
		}
	}

	private Map<String, WeakReference<Object>> partsOfAClosedChild(ConfigurableApplicationContext parent) {
		try (ConfigurableApplicationContext child = child(parent, false)) {
			return Map.of("context", new WeakReference<>(child), "bean",
					new WeakReference<>(child.getBean("seenByChild")), "value of live config",
					new WeakReference<>(child.getBean(LiveConfigFactory.class).of(Price.class).get()));
		}
	}

	private ConfigurableApplicationContext child(ConfigurableApplicationContext parent, boolean imports) {
		return child(parent, Child.class, imports);
	}

	private ConfigurableApplicationContext child(ConfigurableApplicationContext parent, Class<?> source,
			boolean imports) {
		SpringApplicationBuilder child = new SpringApplicationBuilder(source).web(WebApplicationType.NONE)
			.parent(parent);
		return imports
				? child.run("--spring.application.name=orders", "--spring.config.import=governance:",
						"--governance.registry.enabled=false", "--governance.local.directory=" + this.fleet.directory(),
						"--governance.config.cache.directory=" + this.fleet.directory().resolve("cache"))
				: child.run("--governance.registry.enabled=false");
	}

	private static int factor(ConfigurableApplicationContext context) {
		return context.getBean(LiveConfigFactory.class).of(Price.class).get().factor();
	}

	@ConfigurationProperties("price")
	record Price(int factor) {
	}

	@ConfigurationProperties("price")
	record LowPrice(@Max(10) int factor) {
	}

	@ConfigurationProperties("shelf")
	static class Shelf implements AutoCloseable {

		private final AtomicInteger closed = new AtomicInteger();

		private volatile int size;

		private volatile String owner = "nobody";

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

		public String getOwner() {
			return this.owner;
		}

		public void setOwner(String owner) {
			this.owner = owner;
		}

		@Override
		public void close() {
			this.closed.incrementAndGet();
		}

	}

	static class Seen {

		private final List<Integer> factors = new CopyOnWriteArrayList<>();

		private final List<Set<String>> changedKeys = new CopyOnWriteArrayList<>();

		@EventListener
		void changed(EnvironmentChangeEvent event) {
			this.changedKeys.add(event.getKeys());
		}

		@OnConfigChange("price")
		void changed(Price now) {
			this.factors.add(now.factor());
		}

	}

	/** Asked about changes. */
	static class Asked implements ConfigValidator {

		private final AtomicInteger changes = new AtomicInteger();

		@Override
		public void validate(ConfigChange change) {
			this.changes.incrementAndGet();
		}

		@Override
		public boolean atStart() {
			return false;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Plain {

		@Bean
		Asked validator() {
			return new Asked();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Parent {

		@Bean
		Seen seen() {
			return new Seen();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties({ Price.class, Shelf.class })
	static class Shelves {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Child {

		@Bean
		Seen seenByChild() {
			return new Seen();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class DemandingChild {

		@Bean
		String demand(LiveConfig<LowPrice> price) {
			return "factor " + price.get().factor();
		}

	}

}
