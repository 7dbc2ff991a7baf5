package io.governance.boot.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.boot.TestFleet;
import io.governance.boot.actuate.GovernanceConfigHealthIndicator;
import io.governance.boot.gray.GrayRulesKeeper;
import io.governance.config.Author;
import io.governance.config.ConfigManager;
import io.governance.config.DocumentId;
import io.governance.gray.GrayStrategy;
import io.governance.gray.GrayStrategyFactory;
import io.governance.gray.Lane;
import io.governance.gray.LaneContext;
import io.governance.gray.RulesNode;
import io.governance.operations.ConfigOperations;
import io.governance.operations.PublishMode;
import jakarta.validation.constraints.Min;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Hooks;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Variants of documents, in applications on the local backend. */
@Timeout(120)
class GrayConfigTests {

	private static final Author ALICE = Author.of("alice");

	private static final String FOR_ONE = """
			rules:
			  - name: bigger-pool
			    config: orders
			    variant: big-pool
			    match: {any: [{instances: [orders-1]}, {zones: [canary]}]}
			""";

	private static final String FOR_ANN = """
			rules:
			  - name: v2
			    service: orders
			    lane: gray
			    match: {users: [ann]}
			""";

	private TestFleet fleet;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("orders.yaml", "pool: {size: 5, name: plain}\nother: {word: a}");
	}

	private ConfigurableApplicationContext start(String... properties) {
		return this.fleet.start(Application.class, properties);
	}

	private static int size(ConfigurableApplicationContext context) {
		return context.getBean(Orders.class).pool.get().size();
	}

	private static void eventually(org.awaitility.core.ThrowingRunnable assertion) {
		await().atMost(Duration.ofSeconds(20)).untilAsserted(assertion);
	}

	@Test
	void instancesThatARuleNamesHaveTheVariantAndOthersTheDocument() {
		this.fleet.save("gray.yaml", FOR_ONE);
		this.fleet.save("orders.big-pool.yaml", "pool: {size: 50}\nother: {word: a}");
		try (ConfigurableApplicationContext one = start("governance.registry.instance.id=orders-1");
				ConfigurableApplicationContext two = start("governance.registry.instance.id=orders-2");
				ConfigurableApplicationContext canary = start("governance.registry.instance.zone=canary")) {
			assertThat(size(one)).isEqualTo(50);
			assertThat(size(two)).isEqualTo(5);
			assertThat(size(canary)).isEqualTo(50);
			assertThat(one.getEnvironment().getProperty("pool.size")).isEqualTo("50");
			assertThat(one.getEnvironment().getProperty("pool.name")).as("replaced as a whole").isNull();
			assertThat(one.getBean(GrayRulesKeeper.class).status().rules()).isEqualTo(1);
		}
	}

	@Test
	void ruleAndVariantThatComeLaterAreAppliedAsOneChangeAndTakenBack() {
		try (ConfigurableApplicationContext context = start("governance.registry.instance.id=orders-1")) {
			Orders orders = context.getBean(Orders.class);
			this.fleet.save("orders.big-pool.yaml", "pool: {size: 50, name: plain}\nother: {word: a}");
			this.fleet.save("gray.yaml", FOR_ONE);
			eventually(() -> assertThat(size(context)).isEqualTo(50));
			eventually(() -> assertThat(orders.changes).containsExactly("[pool.size]"));
			assertThat(context.getBean(PoolBean.class).getSize()).as("rebound").isEqualTo(50);
			this.fleet.save("orders.big-pool.yaml", "pool: {size: 51, name: plain}\nother: {word: a}");
			eventually(() -> assertThat(size(context)).isEqualTo(51));
			this.fleet.save("gray.yaml", "rules: []");
			eventually(() -> assertThat(size(context)).isEqualTo(5));
			eventually(() -> assertThat(orders.changes).hasSize(3));
		}
	}

	@Test
	void instanceOfALaneHasTheVariantOfItsName() {
		this.fleet.save("orders.gray.yaml", "pool: {size: 7}");
		try (ConfigurableApplicationContext gray = start("governance.registry.instance.lane=gray");
				ConfigurableApplicationContext stable = start()) {
			assertThat(size(gray)).isEqualTo(7);
			assertThat(size(stable)).isEqualTo(5);
			this.fleet.delete("orders.gray.yaml");
			eventually(() -> assertThat(size(gray)).isEqualTo(5));
		}
	}

	@Test
	void percentageOfInstancesGoesByTheHashOfTheirIds() {
		this.fleet.save("orders.big-pool.yaml", "pool: {size: 50}");
		this.fleet.save("gray.yaml", percentage(0));
		try (ConfigurableApplicationContext context = start()) {
			assertThat(size(context)).isEqualTo(5);
			this.fleet.save("gray.yaml", percentage(100));
			eventually(() -> assertThat(size(context)).isEqualTo(50));
		}
	}

	private static String percentage(int value) {
		return "rules: [{name: r, config: '*', variant: big-pool, match: {percentage: " + value + "}}]";
	}

	@Test
	void promotedVariantReachesAllAndChangesNothingWhereItWas() {
		this.fleet.save("gray.yaml", FOR_ONE);
		this.fleet.save("orders.big-pool.yaml", "pool: {size: 50, name: plain}\nother: {word: a}");
		try (ConfigurableApplicationContext one = start("governance.registry.instance.id=orders-1");
				ConfigurableApplicationContext two = start("governance.registry.instance.id=orders-2")) {
			ConfigOperations operations = two.getBean(ConfigOperations.class);
			operations.promote(id("orders.yaml"), "big-pool", ALICE, PublishMode.CHECKED);
			eventually(() -> assertThat(size(two)).isEqualTo(50));
			eventually(() -> assertThat(one.getBean(ConfigManager.class).current().variants()).isEmpty());
			assertThat(size(one)).isEqualTo(50);
			assertThat(one.getBean(Orders.class).changes).isEmpty();
			assertThat(operations.get(id("orders.big-pool.yaml"))).isEmpty();
		}
	}

	@Test
	void abortedVariantGivesTheDocumentBack() {
		this.fleet.save("gray.yaml", FOR_ONE);
		this.fleet.save("orders.big-pool.yaml", "pool: {size: 50}");
		try (ConfigurableApplicationContext one = start("governance.registry.instance.id=orders-1")) {
			assertThat(size(one)).isEqualTo(50);
			one.getBean(ConfigOperations.class).abort(id("orders.yaml"), "big-pool", ALICE);
			eventually(() -> assertThat(size(one)).isEqualTo(5));
		}
	}

	private static DocumentId id(String name) {
		return new DocumentId("default", "default", name);
	}

	@Test
	void brokenRulesLeaveTheChoiceAndTheConfigGoesOn() {
		this.fleet.save("gray.yaml", FOR_ONE);
		this.fleet.save("orders.big-pool.yaml", "pool: {size: 50}");
		try (ConfigurableApplicationContext one = start("governance.registry.instance.id=orders-1")) {
			this.fleet.save("gray.yaml", FOR_ONE.replace("instances", "instnaces"));
			GrayRulesKeeper keeper = one.getBean(GrayRulesKeeper.class);
			eventually(() -> assertThat(keeper.status().rejection()).contains("gray.yaml:5:")
				.contains("did you mean 'instances'"));
			this.fleet.save("orders.big-pool.yaml", "pool: {size: 51}");
			eventually(() -> assertThat(size(one)).isEqualTo(51));
		}
		try (ConfigurableApplicationContext one = start("governance.registry.instance.id=orders-1")) {
			assertThat(size(one)).as("after a restart").isEqualTo(51);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "user: [ann]", "weekday: [sat]" })
	void rulesThatAreRefusedForRequestsAreRefusedForConfig(String unknown) {
		this.fleet.save("gray.yaml", rules("big-pool", "gray", "users: [ann]"));
		this.fleet.save("orders.big-pool.yaml", "pool: {size: 50}");
		this.fleet.save("orders.huge-pool.yaml", "pool: {size: 99}");
		try (ConfigurableApplicationContext one = start("governance.registry.instance.id=orders-1")) {
			GrayRulesKeeper keeper = one.getBean(GrayRulesKeeper.class);
			assertThat(size(one)).isEqualTo(50);
			this.fleet.save("gray.yaml", rules("huge-pool", "blue", unknown));
			eventually(() -> assertThat(keeper.status().rejection()).contains("gray.yaml:9:"));
			this.fleet.save("orders.big-pool.yaml", "pool: {size: 51}");
			eventually(() -> assertThat(size(one)).isEqualTo(51));
			assertThat(keeper.rules().lanes("orders")).containsExactly(new Lane("gray"));
			this.fleet.save("gray.yaml", rules("huge-pool", "blue", "users: [ann]"));
			eventually(() -> assertThat(size(one)).isEqualTo(99));
			eventually(() -> assertThat(keeper.rules().lanes("orders")).containsExactly(new Lane("blue")));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "user: [ann]", "weekday: [sat]" })
	void strategyOfTheApplicationIsKnownToRulesAboutConfig(String known) {
		this.fleet.save("gray.yaml", rules("big-pool", "gray", known));
		this.fleet.save("orders.big-pool.yaml", "pool: {size: 50}");
		this.fleet.save("orders.huge-pool.yaml", "pool: {size: 99}");
		try (ConfigurableApplicationContext one = this.fleet.start(OwnStrategies.class,
				"governance.registry.instance.id=orders-1")) {
			eventually(() -> assertThat(size(one)).isEqualTo(50));
			this.fleet.save("gray.yaml", rules("huge-pool", "gray", known));
			eventually(() -> assertThat(size(one)).isEqualTo(99));
			assertThat(one.getBean(GrayRulesKeeper.class).status().rejection()).isNull();
		}
	}

	@Test
	void choiceOfTheStartLastsUntilTheRulesThatWereNotRefusedThenAreMended() {
		this.fleet.save("gray.yaml", rules("big-pool", "gray", "weekday: [sat]"));
		this.fleet.save("orders.big-pool.yaml", "pool: {size: 50}");
		this.fleet.save("orders.huge-pool.yaml", "pool: {size: 99}");
		try (ConfigurableApplicationContext one = start("governance.registry.instance.id=orders-1")) {
			assertThat(size(one)).isEqualTo(50);
			this.fleet.save("gray.yaml", rules("huge-pool", "gray", "weekday: [sun]"));
			this.fleet.save("orders.big-pool.yaml", "pool: {size: 51}");
			eventually(() -> assertThat(size(one)).isEqualTo(51));
			this.fleet.save("gray.yaml", rules("huge-pool", "gray", "users: [ann]"));
			eventually(() -> assertThat(size(one)).isEqualTo(99));
		}
	}

	private static String rules(String variant, String lane, String match) {
		return """
				rules:
				  - name: pool
				    config: orders
				    variant: %s
				    match: {instances: [orders-1]}
				  - name: requests
				    service: orders
				    lane: %s
				    match: {%s}
				""".formatted(variant, lane, match);
	}

	@Test
	void variantsCanBeSwitchedOff() {
		this.fleet.save("gray.yaml", FOR_ONE);
		this.fleet.save("orders.big-pool.yaml", "pool: {size: 50}");
		try (ConfigurableApplicationContext one = start("governance.registry.instance.id=orders-1",
				"governance.config.variants.enabled=false")) {
			assertThat(size(one)).isEqualTo(5);
		}
	}

	@Test
	void requestsOfChosenUsersReadTheVariantOfTheirLane() {
		this.fleet.save("gray.yaml", FOR_ANN);
		this.fleet.save("orders.gray.yaml", "pool: {size: 9}\nother: {word: b}");
		try (ConfigurableApplicationContext context = this.fleet.start(WebApplicationType.SERVLET, Application.class)) {
			RestClient http = RestClient
				.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port"));
			assertThat(get(http, "ann")).isEqualTo("live 9, environment 5");
			assertThat(get(http, "bob")).isEqualTo("live 5, environment 5");
			this.fleet.save("orders.gray.yaml", "pool: {size: 10}");
			eventually(() -> assertThat(get(http, "ann")).isEqualTo("live 10, environment 5"));
			assertThat(get(http, "bob")).isEqualTo("live 5, environment 5");
			assertThat(context.getBean(Orders.class).changes).as("nothing changed for the instance").isEmpty();
			context.getBean(ConfigOperations.class).promote(id("orders.yaml"), "gray", ALICE, PublishMode.CHECKED);
			eventually(() -> assertThat(get(http, "bob")).isEqualTo("live 10, environment 10"));
			assertThat(get(http, "ann")).isEqualTo("live 10, environment 10");
		}
	}

	@Test
	void requestsOfWebFluxReadTheVariantOfTheirLaneWhereContextIsPropagated() {
		this.fleet.save("gray.yaml", FOR_ANN);
		this.fleet.save("orders.gray.yaml", "pool: {size: 9}");
		try (ConfigurableApplicationContext context = this.fleet.start(WebApplicationType.REACTIVE, Application.class,
				"spring.reactor.context-propagation=auto")) {
			RestClient http = RestClient
				.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port"));
			assertThat(get(http, "ann")).isEqualTo("live 9, environment 5");
			assertThat(get(http, "bob")).isEqualTo("live 5, environment 5");
		}
		finally {
			Hooks.disableAutomaticContextPropagation();
		}
	}

	private static String get(RestClient http, String user) {
		return String.valueOf(http.get().uri("/size").header("X-User-ID", user).retrieve().body(String.class));
	}

	@Test
	void laneThatNoRuleNamesIsNamedByAProperty() {
		this.fleet.save("orders.blue.yaml", "pool: {size: 8}");
		try (ConfigurableApplicationContext context = start("governance.config.variants.lanes=blue")) {
			try (LaneContext.Scope scope = LaneContext.parse("blue").open()) {
				assertThat(scope).isNotNull();
				assertThat(size(context)).isEqualTo(8);
			}
			assertThat(size(context)).isEqualTo(5);
		}
	}

	@Test
	void variantOfALaneThatIsNotValidRejectsTheChangeWithDocumentAndLine() {
		this.fleet.save("gray.yaml", FOR_ANN);
		try (ConfigurableApplicationContext context = start()) {
			this.fleet.save("orders.gray.yaml", "pool:\n  size: 0\n");
			eventually(() -> assertThat(context.getBean(ConfigManager.class).status().rejection()).isNotNull());
			assertThat(context.getBean(ConfigManager.class).status().rejection().describe())
				.isEqualTo("default/default/orders.gray.yaml:2:9: 'pool.size' must be greater than or equal to 1");
			assertThat(context.getBean(GovernanceConfigHealthIndicator.class).health().getStatus())
				.isEqualTo(GovernanceConfigHealthIndicator.DEGRADED);
		}
	}

	@Test
	void restartWhileTheVariantOfALaneIsBrokenFindsTheLastGoodOne() {
		this.fleet.save("gray.yaml", FOR_ANN);
		this.fleet.save("orders.gray.yaml", "pool: {size: 9}");
		start().close();
		this.fleet.save("orders.gray.yaml", "pool: {size: 0}");
		this.fleet.save("orders.yaml", "pool: {size: 6}");
		try (ConfigurableApplicationContext context = start()) {
			assertThat(size(context)).as("published together").isEqualTo(5);
			try (LaneContext.Scope scope = LaneContext.parse("gray").open()) {
				assertThat(scope).isNotNull();
				assertThat(size(context)).isEqualTo(9);
			}
			assertThat(context.getBean(ConfigManager.class).status().rejection()).isNotNull();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties(PoolBean.class)
	static class Application {

		@Bean
		Orders orders(LiveConfig<Pool> pool, Environment environment) {
			return new Orders(pool, environment);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnStrategies extends Application {

		@Bean
		GrayStrategyFactory weekday() {
			return new Never("weekday");
		}

		@Bean
		GrayStrategyFactory user() {
			return new Never("user");
		}

	}

	private record Never(String name) implements GrayStrategyFactory {

		@Override
		public GrayStrategy create(RulesNode definition) {
			return (context) -> false;
		}

	}

	@RestController
	static class Orders {

		private final LiveConfig<Pool> pool;

		private final Environment environment;

		private final List<String> changes = new CopyOnWriteArrayList<>();

		Orders(LiveConfig<Pool> pool, Environment environment) {
			this.pool = pool;
			this.environment = environment;
		}

		@GetMapping("/size")
		String size() {
			return "live " + this.pool.get().size() + ", environment " + this.environment.getProperty("pool.size");
		}

		@EventListener
		void on(ConfigChanged event) {
			this.changes.add(event.change().toString());
		}

	}

	@ConfigurationProperties("pool")
	record Pool(@Min(1) int size) {
	}

	@ConfigurationProperties("pool")
	static class PoolBean {

		private int size;

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

	}

}
