package io.governance.nacos;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.naming.NamingService;
import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationEvent;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.RecordingInstancesListener;
import io.governance.testservers.NacosServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A server that is killed, frozen, restarted and wiped.
 */
@Timeout(240)
class NacosFaultTests {

	private static final Author ALICE = Author.of("alice");

	private static NacosServer server;

	private final String namespace = "fault-" + UUID.randomUUID().toString().substring(0, 8);

	private final DocumentId orders = new DocumentId(this.namespace, "shop", "orders.yaml");

	private final RecordingConfigListener documents = new RecordingConfigListener();

	private final TimedListener instances = new TimedListener();

	private final List<RegistrationEvent.Kind> events = new CopyOnWriteArrayList<>();

	private Backend backend;

	private RegistrationKeeper keeper;

	@BeforeAll
	static void start() {
		server = NacosServer.own();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void open() {
		this.backend = openBackend();
		this.keeper = keeper(this.backend, this.events);
	}

	private static RegistrationKeeper keeper(Backend backend, List<RegistrationEvent.Kind> events) {
		return new RegistrationKeeper(
				backend.registry(), new RegistrationSettings(Duration.ofSeconds(2), Duration.ofMillis(100),
						Duration.ofSeconds(2), Duration.ofSeconds(5)),
				(event) -> events.add(event.kind()), new Random(1), System::nanoTime);
	}

	@AfterEach
	void close() {
		this.keeper.close();
		this.backend.close();
	}

	private Backend openBackend() {
		return NacosFixture.open(NacosFixture.settings(NacosFixture.address(server.address())), this.namespace);
	}

	private static ConditionFactory within(Duration time) {
		return Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(time);
	}

	private static ConditionFactory within(int seconds) {
		return within(Duration.ofSeconds(seconds));
	}

	private void put(String text) {
		this.backend.config().publish(List.of(Publication.put(this.orders, text)), ALICE);
	}

	private static Instance instance(int number) {
		return Instance.of("orders", "127.0.0.1", 8000 + number).build();
	}

	private void watchBoth() {
		this.backend.config().watch(Set.of(this.orders), this.documents);
		this.backend.discovery().watch("orders", this.instances);
	}

	@Test
	@DisplayName("F2 F3 F5 F39 Client trap: a frozen server is told as lost within 6 s, nothing looks absent, and all is current after it")
	void frozenServer() {
		put("a: 1");
		this.backend.registry().put("orders", List.of(instance(1)));
		within(10).until(() -> this.backend.registry().observe("orders").equals(List.of(instance(1))));
		watchBoth();
		within(10)
			.until(() -> this.documents.latest(this.orders).equals("a: 1") && this.instances.shows("127.0.0.1:8001"));
		server.pause();
		try {
			within(6).until(() -> this.documents.connections().equals(List.of(ConnectionState.DISCONNECTED))
					&& this.instances.connections().equals(List.of(ConnectionState.DISCONNECTED)));
			long start = System.nanoTime();
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> this.backend.config().get(Set.of(this.orders)));
			assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(this.backend.discovery()::services);
			assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
		}
		finally {
			server.resume();
		}
		within(8).until(() -> this.documents.connections().size() == 2 && this.instances.connections().size() == 2);
		put("a: 2");
		within(5).until(() -> this.documents.latest(this.orders).equals("a: 2"));
		within(10).until(() -> this.backend.registry().observe("orders").equals(List.of(instance(1))));
		assertThat(this.documents.texts(this.orders)).containsExactly("a: 1", "a: 2");
		assertThat(this.instances.deliveries()).allMatch((list) -> list.equals(List.of(instance(1))));
	}

	@Test
	@DisplayName("F21 F34 F38 Client trap (empty pushes): killed and started again on its data: no document goes, no empty list is told, all instances return")
	void restartedServer() throws Exception {
		put("a: 1");
		Properties properties = new Properties();
		properties.put("serverAddr", NacosFixture.address(server.address()));
		properties.put("namespace", this.namespace);
		NamingService foreign = NacosFactory.createNamingService(properties);
		try {
			foreign.registerInstance("orders", "127.0.0.1", 8002);
			this.keeper.register(instance(1));
			watchBoth();
			within(10).until(() -> this.instances.shows("127.0.0.1:8001", "127.0.0.1:8002"));
			within(10).until(() -> this.documents.latest(this.orders).equals("a: 1"));
			server.kill();
			within(3).until(() -> this.documents.connections().equals(List.of(ConnectionState.DISCONNECTED)));
			this.keeper.update(instance(1).toBuilder().version("2").build());
			server.start();
			within(10).until(() -> this.backend.registry()
				.observe("orders")
				.equals(List.of(instance(1).toBuilder().version("2").build())));
			within(5).until(() -> this.documents.connections().size() == 2);
			put("a: 2");
			within(5).until(() -> this.documents.latest(this.orders).equals("a: 2"));
			within(20).until(() -> foreign.getAllInstances("orders", false).size() == 2);
			assertThat(this.documents.texts(this.orders)).containsExactly("a: 1", "a: 2");
			within(15).until(() -> this.instances.latest().orElseThrow().size() == 2
					&& this.instances.latest().orElseThrow().get(0).version().equals("2"));
			// The foreign client may be later than what is missing is kept.
			assertThat(this.instances.told()
				.stream()
				.dropWhile((told) -> told.instances().size() < 2)
				.filter((told) -> told.instances().size() != 2))
				.allSatisfy((told) -> assertThat(Duration.ofNanos(told.nanos() - this.instances.connected()))
					.isGreaterThan(ServiceWatches.GRACE.minusSeconds(2)));
		}
		finally {
			foreign.shutDown();
		}
	}

	@Test
	@DisplayName("F1 F7 F21 Wiped while it was down: documents are told as gone, instances are registered as they have become meanwhile, also of who began without it")
	void wipedServer() {
		put("a: 1");
		this.keeper.register(instance(1));
		watchBoth();
		within(10)
			.until(() -> this.documents.latest(this.orders).equals("a: 1") && this.instances.shows("127.0.0.1:8001"));
		server.kill();
		server.wipe();
		try (Backend late = openBackend()) {
			RegistrationKeeper other = keeper(late, new CopyOnWriteArrayList<>());
			other.register(instance(2));
			this.keeper.update(instance(1).toBuilder().metadata(Map.of("team", "blue")).build());
			Instance changed = instance(1).toBuilder()
				.metadata(Map.of("team", "green"))
				.status(InstanceStatus.DRAINING)
				.build();
			this.keeper.update(changed);
			server.start();
			within(10).until(() -> this.backend.registry().observe("orders").equals(List.of(changed)));
			within(10).until(() -> late.registry().observe("orders").equals(List.of(instance(2))));
			within(15).until(() -> this.instances.latest().orElseThrow().equals(List.of(changed, instance(2))));
			within(10).until(() -> this.documents.latest(this.orders).equals(RecordingConfigListener.ABSENT));
			other.close();
		}
		assertThat(this.instances.deliveries().stream().dropWhile(List::isEmpty)).doesNotContain(List.of());
		assertThat(this.documents.texts(this.orders)).containsExactly("a: 1", RecordingConfigListener.ABSENT);
	}

	@Test
	@DisplayName("F34 The server has given up who was cut off for long: it is registered, as it has become, within 10 s of the way being free")
	void longCutOff() {
		NacosWay way = NacosWay.to(NacosFixture.address(server.address()));
		List<RegistrationEvent.Kind> told = new CopyOnWriteArrayList<>();
		try (way; Backend behind = NacosFixture.open(NacosFixture.settings(way.address()), this.namespace)) {
			RegistrationKeeper cut = keeper(behind, told);
			cut.register(instance(1));
			this.backend.discovery().watch("orders", this.instances);
			within(10).until(() -> this.instances.shows("127.0.0.1:8001"));
			// The server hears nothing, and is told nothing of the end either.
			way.hang();
			within(40).until(() -> this.instances.shows());
			Instance changed = instance(1).toBuilder()
				.metadata(Map.of("team", "green"))
				.status(InstanceStatus.DOWN)
				.build();
			cut.update(changed);
			way.restore();
			within(10).until(() -> this.instances.latest().orElseThrow().equals(List.of(changed)));
			within(10).until(() -> behind.registry().observe("orders").equals(List.of(changed)));
			assertThat(told).contains(RegistrationEvent.Kind.REFUSED);
			within(10).until(() -> told.get(told.size() - 1) != RegistrationEvent.Kind.REFUSED);
			cut.close();
		}
	}

	@Test
	@DisplayName("F35 Client trap: what could not be registered does not come to life once it was withdrawn")
	void abandonedRegistrationDoesNotComeBack() {
		this.backend.registry().put("orders", List.of(instance(1)));
		this.backend.discovery().watch("orders", this.instances);
		within(10).until(() -> this.instances.shows("127.0.0.1:8001"));
		server.pause();
		try {
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> this.backend.registry().put("orders", List.of(instance(2))));
		}
		finally {
			server.resume();
		}
		within(15).ignoreExceptions().until(() -> {
			this.backend.registry().remove("orders", instance(2).id());
			return true;
		});
		within(10).until(() -> this.backend.registry().observe("orders").equals(List.of(instance(1))));
		within(15).until(() -> this.instances.shows("127.0.0.1:8001"));
		within(10).during(Duration.ofSeconds(4)).until(() -> this.instances.shows("127.0.0.1:8001"));
	}

	@Test
	@DisplayName("F37 Client trap: closing takes 5 s at most while the server is frozen, and leaves no thread but the two that all Nacos clients of the JVM share")
	void closedWhileTheServerIsFrozen() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		Backend closing = openBackend();
		closing.config().watch(Set.of(this.orders), this.documents);
		closing.discovery().watch("orders", this.instances);
		closing.registry().put("orders", List.of(instance(3)));
		closing.config().list(this.namespace, "shop");
		within(10).until(() -> this.instances.shows("127.0.0.1:8003"));
		assertThat(threadsSince(before)).anyMatch((name) -> name.startsWith("governance-nacos"));
		server.pause();
		try {
			long start = System.nanoTime();
			closing.close();
			assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
		}
		finally {
			server.resume();
		}
		within(15).untilAsserted(() -> {
			// Before Java 21, the thread of an HTTP client goes when it is collected.
			System.gc();
			assertThat(threadsSince(before)).isEmpty();
		});
		// Whoever uses Nacos's own services in the same JVM has more of them.
		assertThat(Thread.getAllStackTraces().keySet()).filteredOn((thread) -> !before.contains(thread))
			.extracting(Thread::getName)
			.filteredOn((name) -> name.startsWith("nacos.publisher"))
			.hasSizeLessThanOrEqualTo(2);
	}

	/** Also keeps when it was told. */
	private static final class TimedListener extends RecordingInstancesListener {

		private final List<Told> told = new CopyOnWriteArrayList<>();

		private volatile long connected = System.nanoTime();

		@Override
		public void onInstances(List<Instance> instances) {
			this.told.add(new Told(System.nanoTime(), instances));
			super.onInstances(instances);
		}

		@Override
		public void onConnection(ConnectionState state) {
			if (state == ConnectionState.CONNECTED) {
				this.connected = System.nanoTime();
			}
			super.onConnection(state);
		}

		List<Told> told() {
			return List.copyOf(this.told);
		}

		/** When the last connection was told. */
		long connected() {
			return this.connected;
		}

	}

	/** A delivery, and when it came. */
	private record Told(long nanos, List<Instance> instances) {

	}

	/** Without what lives as long as the JVM, however many backends there were. */
	private static List<String> threadsSince(Set<Thread> before) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> !before.contains(thread))
			.map(Thread::getName)
			.filter((name) -> !name.startsWith("nacos.publisher") && !name.startsWith("awaitility")
					&& !name.startsWith("process reaper") && !name.startsWith("ForkJoinPool")
					&& !name.startsWith("CompletableFutureDelayScheduler"))
			.toList();
	}

}
