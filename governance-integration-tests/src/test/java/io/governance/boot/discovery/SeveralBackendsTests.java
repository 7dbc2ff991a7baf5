package io.governance.boot.discovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.governance.boot.backend.Backends;
import io.governance.boot.gray.GrayRulesKeeper;
import io.governance.config.Author;
import io.governance.config.ConfigStore;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.InstancesChanged;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationState;
import io.governance.registry.ServiceDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Applications on two local backends, {@code east} and {@code west}. */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class SeveralBackendsTests {

	@TempDir
	private Path home;

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	@AfterEach
	void close() {
		this.contexts.forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void registersInSeveralBackendsAndFindsInSeveral() {
		ConfigurableApplicationContext both = start("orders", "governance.registry.instance.port=8001",
				"governance.registry.backends=east,west", "governance.discovery.backends=west,east");
		start("orders", "governance.registry.instance.port=8002", "governance.registry.backends=east");
		start("orders", "governance.registry.instance.port=8003", "governance.registry.backends=west");
		await().until(() -> ports(both, "orders").equals(List.of(8001, 8002, 8003)));
		assertThat(both.getBean(RegistrationKeeper.class).states()).extracting(RegistrationState::backend)
			.containsExactly("east", "west");
		assertThat(client(both).description()).contains("west, east");
		assertThat(both.getBean(ServiceDirectory.class).services()).contains("orders");
	}

	@Test
	@DisplayName("A fleet moves from one registry to another, instance by instance, and is always found")
	void fleetMovesWithoutAnOutage() {
		ConfigurableApplicationContext caller = start("front", "governance.registry.enabled=false",
				"governance.discovery.backends=west,east", "governance.discovery.eager=orders");
		String[][] steps = { { "east" }, { "east,west" }, { "west" } };
		List<Integer> seenEmpty = new CopyOnWriteArrayList<>();
		ConfigurableApplicationContext[] fleet = new ConfigurableApplicationContext[2];
		for (int step = 0; step < steps.length; step++) {
			for (int i = 0; i < fleet.length; i++) {
				ConfigurableApplicationContext before = fleet[i];
				int port = 8100 + 10 * step + i;
				fleet[i] = start("orders", "governance.registry.instance.port=" + port,
						"governance.registry.backends=" + steps[step][0]);
				await().until(() -> ports(caller, "orders").contains(port));
				if (step == 0 && i == 0) {
					int now = step;
					caller.getBean(ServiceDirectory.class).subscribe("orders", (instances) -> {
						if (instances.instances().stream().noneMatch((one) -> one.status().takesCalls())) {
							seenEmpty.add(now);
						}
					});
				}
				if (before != null) {
					before.close();
				}
			}
		}
		await().until(() -> ports(caller, "orders").equals(List.of(8120, 8121)));
		assertThat(seenEmpty).isEmpty();
	}

	@Test
	@DisplayName("F2 one registry that is lost neither hides the instances of the other nor its own last ones")
	void oneBackendThatIsLostTouchesNoOther() throws IOException {
		Path real = Files.createDirectory(this.home.resolve("real"));
		lead("east", real);
		start("orders", "governance.registry.instance.port=8001", "governance.registry.backends=east");
		ConfigurableApplicationContext west = start("orders", "governance.registry.instance.port=8002",
				"governance.registry.backends=east,west");
		ConfigurableApplicationContext caller = start("front", "governance.registry.enabled=false",
				"governance.discovery.backends=east,west");
		await().until(() -> ports(caller, "orders").equals(List.of(8001, 8002)));
		lead("east", Files.createFile(this.home.resolve("in the way")));
		await().until(() -> !caller.getBean(ServiceDirectory.class).instances("orders").connected());
		assertThat(ports(caller, "orders")).containsExactly(8001, 8002);
		AvailabilityChangeEvent.publish(west, ReadinessState.REFUSING_TRAFFIC);
		await().until(() -> ports(caller, "orders").equals(List.of(8001)));
		lead("east", real);
		await().until(() -> caller.getBean(ServiceDirectory.class).instances("orders").connected());
		await().until(() -> caller.getBean(Backends.class)
			.get("test", "east")
			.discovery()
			.read("orders")
			.stream()
			.anyMatch((one) -> one.status() == InstanceStatus.OUT_OF_SERVICE));
	}

	@Test
	void eagerServicesAreKnownBeforeTheApplicationIsReady() {
		start("orders", "governance.registry.instance.port=8001", "governance.registry.backends=east");
		ConfigurableApplicationContext caller = start("front", "governance.registry.enabled=false",
				"governance.discovery.backends=east", "governance.discovery.eager=orders");
		assertThat(caller.getBean(Events.class).knownWhenReady).containsExactly(true);
	}

	@Test
	void changesArePublishedAsEvents() {
		ConfigurableApplicationContext caller = start("front", "governance.registry.enabled=false",
				"governance.discovery.backends=east", "governance.discovery.eager=orders");
		Events events = caller.getBean(Events.class);
		ConfigurableApplicationContext orders = start("orders", "governance.registry.instance.port=8001",
				"governance.registry.backends=east");
		await().until(() -> events.changes.stream().anyMatch((change) -> change.added().size() == 1));
		orders.close();
		await().until(() -> events.changes.stream().anyMatch((change) -> change.removed().size() == 1));
		assertThat(events.changes).allMatch((change) -> change.service().equals("orders"));
		assertThat(events.threads).allMatch((thread) -> thread.equals("governance-discovery-events"));
	}

	@Test
	void fallsBackToAnotherNamespaceAndAnotherBackend() {
		ConfigurableApplicationContext caller = start("front", "governance.registry.enabled=false",
				"governance.discovery.backends=east", "governance.discovery.eager=orders",
				"governance.discovery.fallback[0].backend=east", "governance.discovery.fallback[0].namespace=shared",
				"governance.discovery.fallback[1].backend=west");
		start("orders", "governance.registry.instance.port=8003", "governance.registry.backends=west");
		await().until(() -> ports(caller, "orders").equals(List.of(8003)));
		start("orders", "governance.registry.instance.port=8002", "governance.registry.backends=east",
				"governance.namespace=shared");
		await().until(() -> ports(caller, "orders").equals(List.of(8002)));
		ConfigurableApplicationContext own = start("orders", "governance.registry.instance.port=8001",
				"governance.registry.backends=east");
		await().until(() -> ports(caller, "orders").equals(List.of(8001)));
		own.close();
		await().until(() -> ports(caller, "orders").equals(List.of(8002)));
	}

	@Test
	void staticInstancesStandAloneOrBesideOthers() {
		ConfigurableApplicationContext caller = start("front", "governance.registry.enabled=false",
				"governance.discovery.backends=static",
				"governance.discovery.static.orders[0]=https://[::1]:8443?zone=a&lane=gray&weight=50&team=x",
				"governance.discovery.static.orders[1]=http://10.0.0.7");
		List<Instance> instances = caller.getBean(ServiceDirectory.class)
			.await("orders", Duration.ofSeconds(10))
			.instances();
		assertThat(instances).extracting(Instance::port).containsExactlyInAnyOrder(8443, 80);
		Instance first = instances.stream().filter(Instance::secure).findFirst().orElseThrow();
		assertThat(first.zone() + first.lane() + first.weight() + first.metadata()).isEqualTo("agray50{team=x}");
		ConfigurableApplicationContext merging = start("front", "governance.registry.enabled=false",
				"governance.discovery.backends=east", "governance.discovery.static.orders=http://127.0.0.1:9999");
		start("orders", "governance.registry.instance.port=8001", "governance.registry.backends=east");
		await().until(() -> ports(merging, "orders").equals(List.of(8001, 9999)));
	}

	@Test
	@DisplayName("F1 a restart while the registry is down begins with the instances kept on disk")
	void startsWithTheInstancesOnDisk(CapturedOutput output) throws IOException {
		String cache = "governance.discovery.cache.enabled=true";
		Path kept = this.home.resolve("cache/instances");
		Path real = Files.createDirectory(this.home.resolve("real"));
		lead("east", real);
		start("orders", "governance.registry.instance.port=8001", "governance.registry.backends=east");
		ConfigurableApplicationContext first = start("front", "governance.registry.enabled=false",
				"governance.discovery.backends=east", cache);
		await().until(() -> ports(first, "orders").equals(List.of(8001)));
		await().untilAsserted(() -> assertThat(kept).isDirectoryContaining("glob:**.instances"));
		first.close();
		try (Stream<Path> files = Files.list(kept)) {
			assertThat(files).hasSize(1);
		}
		lead("east", Files.createFile(this.home.resolve("in the way")));
		ConfigurableApplicationContext second = start("front", "governance.registry.enabled=false",
				"governance.discovery.backends=east", cache);
		assertThat(ports(second, "orders")).containsExactly(8001);
		assertThat(second.getBean(ServiceDirectory.class).instances("orders").fromDisk()).isTrue();
		await().untilAsserted(() -> assertThat(output).containsOnlyOnce("using 1 instances that were kept on disk"));
		lead("east", real);
		await().until(() -> !second.getBean(ServiceDirectory.class).instances("orders").fromDisk());
	}

	@Test
	void configAndGrayRulesMayBeKeptByAnotherBackend() {
		ConfigurableApplicationContext application = start("orders", "governance.registry.enabled=false",
				"spring.config.import=governance:", "governance.config.backend=west");
		ConfigStore west = application.getBean(Backends.class).get("test", "west").config();
		DocumentId id = new DocumentId("default", "default", "orders.yaml");
		west.publish(List.of(Publication.put(id, "where: west")), Author.of("test"));
		await().until(() -> "west".equals(application.getEnvironment().getProperty("where")));
		assertThat(application.getBean(ConfigStore.class).list("default", "default")).containsExactly(id);
		assertThat(this.home.resolve("west/config")).isDirectory();
		DocumentId rules = new DocumentId("default", "default", "gray.yaml");
		west.publish(List.of(Publication.put(rules, "rules: [{name: west, feature: checkout, match: {users: [ann]}}]")),
				Author.of("test"));
		GrayRulesKeeper keeper = application.getBean(GrayRulesKeeper.class);
		await().until(() -> keeper.rules().size() == 1);
		assertThat(keeper.rules().rules().get(0).name()).isEqualTo("west");
	}

	@Test
	void wrongSettingsNameThePropertyAndTheFix(CapturedOutput output) {
		Map<String, String> wrong = new TreeMap<>(Map.of("governance.discovery.backends=noth",
				"governance.backends.noth.type", "governance.registry.backends=South!", "governance.registry.backends",
				"governance.backends.east.type=cnsul", "governance.backends.east.type",
				"governance.discovery.static.users=10.0.0.7:80", "governance.discovery.static.users[0]",
				"governance.discovery.static.stock=https://stock.example.com/api", "has a path",
				"governance.discovery.guard.share=1.5", "governance.discovery.guard", "governance.discovery.eager=a b",
				"governance.discovery.eager[0]", "governance.discovery.fallback[0].backend=east",
				"governance.discovery.fallback[0].namespace"));
		wrong.forEach((setting, named) -> {
			String before = output.getAll();
			assertThatThrownBy(() -> start("orders", "governance.discovery.backends=east",
					"governance.registry.backends=east", setting))
				.as(setting)
				.isNotNull();
			assertThat(output.getAll().substring(before.length())).as(setting)
				.contains("APPLICATION FAILED TO START")
				.contains(named);
		});
	}

	/** In one step, as whoever uses a directory makes it again where there is none. */
	private void lead(String backend, Path to) throws IOException {
		Path link = Files.createSymbolicLink(this.home.resolve("link"), to);
		Files.move(link, this.home.resolve(backend), StandardCopyOption.ATOMIC_MOVE);
	}

	private ConfigurableApplicationContext start(String name, String... properties) {
		Map<String, String> arguments = new TreeMap<>();
		arguments.put("spring.application.name", name);
		arguments.put("spring.main.banner-mode", "off");
		arguments.put("governance.backend", "east");
		for (String backend : List.of("east", "west")) {
			arguments.put("governance.backends." + backend + ".type", "local");
			arguments.put("governance.backends." + backend + ".directory", this.home.resolve(backend).toString());
			arguments.put("governance.backends." + backend + ".rescan", "200ms");
			arguments.put("governance.backends." + backend + ".lease", "30s");
		}
		arguments.put("governance.registry.instance.host", "127.0.0.1");
		arguments.put("governance.registry.drain.min-time", "300ms");
		arguments.put("governance.registry.reconcile-interval", "500ms");
		arguments.put("governance.config.cache.directory", this.home.resolve("cache").toString());
		arguments.put("governance.discovery.cache.enabled", "false");
		arguments.put("governance.discovery.timeout", "20s");
		for (String property : properties) {
			arguments.put(property.split("=", 2)[0], property.split("=", 2)[1]);
		}
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.run(arguments.entrySet()
				.stream()
				.map((argument) -> "--" + argument.getKey() + "=" + argument.getValue())
				.toArray(String[]::new));
		this.contexts.add(context);
		return context;
	}

	private static DiscoveryClient client(ConfigurableApplicationContext context) {
		return context.getBean(GovernanceDiscoveryClient.class);
	}

	private static List<Integer> ports(ConfigurableApplicationContext context, String service) {
		return client(context).getInstances(service).stream().map(ServiceInstance::getPort).sorted().toList();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Events events(ServiceDirectory directory) {
			return new Events(directory);
		}

	}

	/** What an application is told. */
	static final class Events {

		private final ServiceDirectory directory;

		private final List<InstancesChanged> changes = new CopyOnWriteArrayList<>();

		private final List<String> threads = new CopyOnWriteArrayList<>();

		private final List<Boolean> knownWhenReady = new CopyOnWriteArrayList<>();

		Events(ServiceDirectory directory) {
			this.directory = directory;
		}

		@EventListener
		void onChange(InstancesChanged change) {
			this.changes.add(change);
			this.threads.add(Thread.currentThread().getName());
		}

		@EventListener
		void onReadiness(AvailabilityChangeEvent<ReadinessState> event) {
			if (event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
				this.knownWhenReady.add(this.directory.watched().stream().anyMatch((one) -> one.known()));
			}
		}

	}

}
