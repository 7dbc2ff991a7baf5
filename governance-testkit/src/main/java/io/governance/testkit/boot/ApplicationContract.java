package io.governance.testkit.boot;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.backend.Capability;
import io.governance.boot.config.LiveConfig;
import io.governance.boot.gray.GrayRulesKeeper;
import io.governance.config.Author;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigStatus;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.gray.GrayContext;
import io.governance.operations.ConfigOperations;
import io.governance.operations.PublishMode;
import io.governance.registry.RegistrationEvent;
import io.governance.testkit.BackendFixture;
import io.governance.testkit.FaultyConnection;
import io.governance.testkit.ThreadDifference;
import io.governance.testkit.boot.ContractApplication.Limits;
import io.governance.testkit.boot.ContractApplication.Pair;
import io.governance.testkit.boot.ContractApplication.Shown;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * One application, the same for every backend: which one it is, is a matter of its
 * properties.
 */
@Timeout(120)
public abstract class ApplicationContract {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final Deque<AutoCloseable> opened = new ArrayDeque<>();

	private final String namespace = "application-" + UUID.randomUUID().toString().substring(0, 8);

	private Path cache;

	private BackendFixture fixture;

	private Backend backend;

	/**
	 * Creates a contract.
	 */
	protected ApplicationContract() {
	}

	/**
	 * The fixture of the backend that is tested; called once for each test.
	 * @return a new fixture
	 */
	protected abstract BackendFixture fixture();

	/**
	 * The properties by which an application uses the backend, {@code governance.backend}
	 * among them.
	 * @param address the address of the server, or of a way to it
	 * @return the properties
	 */
	protected abstract Map<String, String> properties(String address);

	@BeforeEach
	final void openBackend(@TempDir Path cache) {
		this.cache = cache;
		this.fixture = closing(fixture());
		this.backend = closing(this.fixture.open(this.fixture.address(), this.namespace));
	}

	@AfterEach
	final void closeAll() throws Exception {
		while (!this.opened.isEmpty()) {
			this.opened.pop().close();
		}
	}

	private <T extends AutoCloseable> T closing(T closeable) {
		this.opened.push(closeable);
		return closeable;
	}

	/** A published change is in force, a bad one is not. */
	@Test
	final void configIsLiveAndABadChangeIsRefused() {
		publish("limits.max: 5");
		LiveConfig<Limits> limits = start("orders", this.fixture.address()).getBean(Shown.class).limits;
		assertThat(limits.get().max()).isEqualTo(5);
		publish("limits.max: 6");
		await().until(() -> limits.get().max() == 6);
		publish("limits.max: many");
		publish("limits.max: 8");
		await().until(() -> limits.get().max() == 8);
	}

	/** Documents that are published together are one change, never two. */
	@Test
	final void documentsPublishedTogetherAreAppliedAsOneChange() {
		publishPair(0);
		Shown shown = start("orders", this.fixture.address()).getBean(Shown.class);
		for (int i = 1; i <= 20; i++) {
			publishPair(i);
		}
		await().until(() -> shown.pair.get().equals(new Pair(20, 20)));
		await().until(() -> !shown.pairs.isEmpty());
		if (publishesTogether()) {
			assertThat(shown.pairs).allSatisfy((pair) -> assertThat(pair.left()).isEqualTo(pair.right()));
		}
	}

	/** Instances find each other by name, and one that leaves is gone. */
	@Test
	final void instancesFindEachOtherAndLeave() {
		String address = this.fixture.address();
		ConfigurableApplicationContext first = start("orders", address, "governance.registry.instance.port=8081",
				"governance.registry.instance.zone=east");
		start("orders", address, "governance.registry.instance.port=8082");
		ConfigurableApplicationContext front = start("front", address, "governance.registry.enabled=false");
		DiscoveryClient discovery = front.getBean(DiscoveryClient.class);
		await().until(() -> discovery.getInstances("orders").size() == 2);
		assertThat(discovery.getInstances("orders")).extracting((instance) -> instance.getPort())
			.containsExactlyInAnyOrder(8081, 8082);
		assertThat(discovery.getServices()).contains("orders");
		first.close();
		await().until(() -> discovery.getInstances("orders").size() == 1);
		assertThat(discovery.getInstances("orders").get(0).getPort()).isEqualTo(8082);
	}

	/** The application comes up without the server, and catches up with it. */
	@Test
	@DisplayName("F1 F5 An application that starts without the server registers and gets its config when it is there")
	final void startsWithoutTheServerAndCatchesUp() {
		publish("limits.max: 5");
		FaultyConnection way = closing(this.fixture.connect());
		way.cut();
		ConfigurableApplicationContext application = start("orders", way.address(),
				"spring.config.import=optional:governance:", "governance.registry.instance.port=8081",
				"governance.registry.instance.version=2");
		LiveConfig<Limits> limits = application.getBean(Shown.class).limits;
		assertThat(limits.get().max()).isEqualTo(1);
		way.restore();
		await().until(() -> limits.get().max() == 5);
		await().until(() -> application.getBean(Shown.class).kinds.contains(RegistrationEvent.Kind.REGISTERED));
		DiscoveryClient discovery = start("front", this.fixture.address(), "governance.registry.enabled=false")
			.getBean(DiscoveryClient.class);
		await().until(() -> discovery.getInstances("orders").size() == 1);
		assertThat(discovery.getInstances("orders").get(0).getMetadata()).containsEntry("version", "2");
	}

	/**
	 * The last context takes all threads along that began with it, but for those that the
	 * fixture declares as lasting.
	 */
	@Test
	@DisplayName("F37 A context that is closed while the server hangs ends within 5 seconds and leaves no thread")
	final void closesInTimeWhileTheServerHangsAndLeavesNoThread() {
		publish("limits.max: 5");
		FaultyConnection way = closing(this.fixture.connect());
		// What another backend shares with this one is not taken along.
		this.backend.close();
		ThreadDifference threads = ThreadDifference.fromNow(this.fixture.lastingThreads());
		ConfigurableApplicationContext application = start("orders", way.address(),
				"governance.registry.instance.port=8081");
		await().until(() -> application.getBean(Shown.class).kinds.contains(RegistrationEvent.Kind.REGISTERED));
		way.hang();
		long start = System.nanoTime();
		application.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThanOrEqualTo(Duration.ofSeconds(5));
		way.close();
		await().untilAsserted(() -> assertThat(threads.begun()).isEmpty());
	}

	/**
	 * What was kept is good for a start, and what the server holds wins when it is there.
	 */
	@Test
	@DisplayName("F1 F5 An application starts from the last good config without the server, and catches up with it")
	final void startsFromTheLastGoodConfigAndCatchesUp() {
		publish("limits.max: 5");
		start("orders", this.fixture.address()).close();
		publish("limits.max: 6");
		FaultyConnection way = closing(this.fixture.connect());
		way.cut();
		ConfigurableApplicationContext application = start("orders", way.address(),
				"spring.config.import=optional:governance:");
		LiveConfig<Limits> limits = application.getBean(Shown.class).limits;
		ConfigManager manager = application.getBean(ConfigManager.class);
		assertThat(limits.get().max()).isEqualTo(5);
		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.CACHE);
		assertThat(manager.status().problem()).isNotNull();
		way.restore();
		await().until(() -> limits.get().max() == 6);
		await().until(() -> manager.status().source() == ConfigStatus.Source.BACKEND);
		assertThat(manager.status().problem()).isNull();
	}

	/** Whoever needs config does not wait for ever for it. */
	@Test
	@DisplayName("F1 F3 An application that requires config does not start without the server, and says so in time")
	final void doesNotStartWithoutTheServerThatItRequires() {
		publish("limits.max: 5");
		start("orders", this.fixture.address()).close();
		FaultyConnection way = closing(this.fixture.connect());
		for (Runnable fault : List.<Runnable>of(way::cut, way::hang)) {
			fault.run();
			long start = System.nanoTime();
			assertThatThrownBy(() -> start("orders", way.address())).isInstanceOf(BackendUnavailableException.class)
				.hasMessageContaining(properties(way.address()).get("governance.backend"));
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThanOrEqualTo(PATIENCE);
			way.restore();
		}
	}

	/**
	 * A rolling restart goes on while something broken is stored: each instance on a
	 * machine of its own.
	 * @param broken what is stored
	 */
	@ParameterizedTest
	@ValueSource(strings = { "limits: {max: ", "limits.max: many" })
	@DisplayName("F24 A rolling restart while a broken document is stored brings up every instance on the last good one")
	final void restartsOneByOneWhileABrokenDocumentIsStored(String broken) {
		publish("limits.max: 5");
		List<ConfigurableApplicationContext> fleet = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			fleet.add(startOnMachine(i));
		}
		publish(broken);
		for (int i = 0; i < 3; i++) {
			fleet.get(i).close();
			fleet.set(i, startOnMachine(i));
			ConfigStatus status = fleet.get(i).getBean(ConfigManager.class).status();
			assertThat(status.source()).isEqualTo(ConfigStatus.Source.CACHE);
			assertThat(status.rejection()).isNotNull().asString().contains("orders.yaml:1:");
			for (ConfigurableApplicationContext application : fleet) {
				assertThat(application.getBean(Shown.class).limits.get().max()).isEqualTo(5);
			}
		}
		publish("limits.max: 7");
		for (ConfigurableApplicationContext application : fleet) {
			await().until(() -> application.getBean(Shown.class).limits.get().max() == 7);
			await().until(() -> application.getBean(ConfigManager.class).status().rejection() == null);
		}
	}

	/** One instance tries a variant, which then becomes the document of all. */
	@Test
	final void variantIsTriedByOneInstanceAndPromoted() {
		publish("limits.max: 5");
		LiveConfig<Limits> first = startOnMachine(1).getBean(Shown.class).limits;
		LiveConfig<Limits> second = startOnMachine(2).getBean(Shown.class).limits;
		publish("orders.try.yaml", "limits.max: 6");
		publish("gray.yaml", "rules: [{name: r, config: orders, variant: try, match: {instances: [machine-1]}}]");
		await().until(() -> first.get().max() == 6);
		publish("orders.try.yaml", "limits.max: 7");
		await().until(() -> first.get().max() == 7);
		assertThat(second.get().max()).isEqualTo(5);
		assertThat(startOnMachine(1).getBean(Shown.class).limits.get().max()).isEqualTo(7);
		ConfigOperations.of(this.backend).promote(id("orders.yaml"), "try", Author.of("test"), PublishMode.CHECKED);
		await().until(() -> second.get().max() == 7);
		publish("limits.max: 8");
		await().until(() -> first.get().max() == 8);
	}

	/** Rules follow lists of users, and what does not fit together changes nothing. */
	@Test
	@DisplayName("F29 A list of users that is broken, too large or gone leaves the gray rules as they are")
	final void rulesFollowTheListsOfUsersThatTheyReferTo() {
		publish("users-a.txt", "ann\n");
		publish("gray.yaml", """
				rules:
				  - name: v2
				    service: stock
				    lane: gray
				    match: {users: {documents: [users-a.txt]}}
				""");
		GrayRulesKeeper keeper = start("orders", this.fixture.address()).getBean(GrayRulesKeeper.class);
		assertThat(lane(keeper, "ann")).isEqualTo("gray");
		publish("users-a.txt", "bob\n");
		await().until(() -> lane(keeper, "bob").equals("gray"));
		assertThat(lane(keeper, "ann")).isEqualTo("stable");

		publish("users-a.txt", "ann\nc\u0007d\n");
		await().until(() -> keeper.status().rejection() != null);
		assertThat(keeper.status().rejection()).contains("users-a.txt:2:1: rule 'v2'", "holds a control character");
		assertThat(lane(keeper, "bob")).isEqualTo("gray");
		assertThat(lane(keeper, "ann")).isEqualTo("stable");
		publish("users-a.txt", "ann\nbob\n");
		await().until(() -> keeper.status().rejection() == null);
		assertThat(lane(keeper, "ann")).isEqualTo("gray");

		String tooLarge = "x".repeat(this.backend.config().limits().maxDocumentBytes() + 1);
		assertThatThrownBy(() -> publish("users-a.txt", tooLarge)).isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("users-a.txt");
		publish("users-a.txt", null);
		await().until(() -> keeper.status().rejection() != null);
		assertThat(keeper.status().rejection()).contains("gray.yaml:5:", "rule 'v2'", "documents[0]", "does not exist");
		assertThat(lane(keeper, "bob")).isEqualTo("gray");
		publish("users-a.txt", "cid\n");
		await().until(() -> lane(keeper, "cid").equals("gray"));
		await().until(() -> keeper.status().rejection() == null);
		assertThat(lane(keeper, "bob")).isEqualTo("stable");
	}

	private static String lane(GrayRulesKeeper keeper, String user) {
		return keeper.rules().decide(GrayContext.ofUser(user)).lanes().laneFor("stock").name();
	}

	private ConfigurableApplicationContext startOnMachine(int machine) {
		return start("orders", this.fixture.address(), "governance.registry.enabled=false",
				"governance.registry.instance.id=machine-" + machine,
				"governance.config.cache.directory=" + this.cache.resolve("machine-" + machine));
	}

	private void publish(String text) {
		publish("orders.yaml", text);
	}

	private void publish(String name, @Nullable String text) {
		Publication publication = (text != null) ? Publication.put(id(name), text) : Publication.delete(id(name));
		this.backend.config().publish(List.of(publication), Author.of("test"));
	}

	private void publishPair(int value) {
		List<Publication> pair = List.of(Publication.put(id("application.yaml"), "pair.left: " + value),
				Publication.put(id("orders.yaml"), "pair.right: " + value));
		if (publishesTogether()) {
			this.backend.config().publish(pair, Author.of("test"));
		}
		else {
			pair.forEach((one) -> this.backend.config().publish(List.of(one), Author.of("test")));
		}
	}

	private boolean publishesTogether() {
		return this.backend.capabilities().contains(Capability.ATOMIC_PUBLISH);
	}

	private DocumentId id(String name) {
		return new DocumentId(this.namespace, DocumentId.DEFAULT, name);
	}

	private ConfigurableApplicationContext start(String name, String address, String... more) {
		Map<String, Object> properties = new TreeMap<>();
		properties.put("spring.application.name", name);
		properties.put("spring.config.import", "governance:");
		properties.put("spring.main.web-application-type", "none");
		properties.put("spring.main.banner-mode", "off");
		properties.put("governance.namespace", this.namespace);
		properties.put("governance.config.cache.directory", this.cache.resolve(name).toString());
		properties.put("governance.registry.instance.host", "127.0.0.1");
		properties.putAll(properties(address));
		for (String property : more) {
			String[] parts = property.split("=", 2);
			properties.put(parts[0], parts[1]);
		}
		List<String> arguments = new ArrayList<>();
		properties.forEach((key, value) -> arguments.add("--" + key + "=" + value));
		return closing(new SpringApplication(ContractApplication.class).run(arguments.toArray(String[]::new)));
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInSameThread().pollInterval(Duration.ofMillis(10)).atMost(PATIENCE);
	}

}
