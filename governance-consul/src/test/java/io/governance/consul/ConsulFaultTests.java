package io.governance.consul;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.lock.HeldLock;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.InstancesListener;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import io.governance.testservers.ConsulServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A real agent that is killed, frozen, wiped and started again. */
@Timeout(120)
class ConsulFaultTests {

	private static final Duration DETECTION = Duration.ofSeconds(5);

	private static final Duration RECOVERY = Duration.ofSeconds(30);

	private static final Duration REPAIR = Duration.ofSeconds(10);

	private static ConsulServer server;

	private final String namespace = "faults" + System.nanoTime();

	private final DocumentId id = new DocumentId(this.namespace, "shop", "orders.yaml");

	private final Documents documents = new Documents();

	private final Instances instances = new Instances();

	private Backend backend;

	@BeforeAll
	static void start() {
		server = ConsulServer.own();
	}

	@AfterAll
	static void end() {
		server.close();
	}

	@BeforeEach
	void open() {
		server.start();
		this.backend = openBackend();
	}

	@AfterEach
	void close() {
		server.resume();
		this.backend.close();
	}

	private Backend openBackend() {
		return ConsulFixture.backend(this.namespace,
				ConsulFixture.settings(List.of(server.address()), null, Duration.ofSeconds(6)));
	}

	private static ConditionFactory await(Duration atMost) {
		return Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(atMost);
	}

	private void publish(String text) {
		this.backend.config().publish(List.of(Publication.put(this.id, text)), Author.of("me"));
	}

	private RegistrationKeeper keeper() {
		return new RegistrationKeeper(this.backend.registry(), RegistrationSettings.DEFAULTS, (event) -> {
		}, new Random(), System::nanoTime);
	}

	private Instance instance() {
		return Instance.of("orders", "127.0.0.1", 8080).id("o-1").version("1.2").build();
	}

	/** What the catalog holds. */
	private String catalog() {
		return new Http(server.address()).get("/v1/health/service/orders?consistent").body();
	}

	private int registrations() {
		return catalog().split("\"ID\":\"" + this.namespace + "/orders/o-1\"", -1).length - 1;
	}

	@Test
	@DisplayName("F2 F5 F21 F39 Restarted on its data: loss and recovery are told, nothing older and nothing empty")
	void restartedOnItsData() {
		for (int i = 0; i < 300; i++) {
			new Http(server.address()).put("/v1/kv/filler", "value" + i);
		}
		publish("one");
		publish("two");
		this.backend.registry().put("orders", List.of(instance()));
		this.backend.config().watch(Set.of(this.id), this.documents);
		this.backend.discovery().watch("orders", this.instances);
		await(RECOVERY)
			.until(() -> this.documents.latest().equals(Optional.of("two")) && this.instances.latest().size() == 1);
		server.kill();
		await(DETECTION).until(() -> this.documents.isDisconnected() && this.instances.isDisconnected());
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.backend.config().get(Set.of(this.id)));
		server.start();
		await(RECOVERY).until(() -> !this.documents.isDisconnected() && !this.instances.isDisconnected());
		publish("three");
		await(RECOVERY).until(() -> this.documents.latest().equals(Optional.of("three")));
		assertThat(this.documents.texts).containsExactly("two", "three");
		assertThat(this.instances.lists).allSatisfy((list) -> assertThat(list).hasSize(1));
	}

	@Test
	@DisplayName("F3 F37 Frozen: noticed within seconds, calls end at their deadline, closing does, too, without threads left")
	void frozen() {
		publish("one");
		this.backend.config().watch(Set.of(this.id), this.documents);
		this.backend.discovery().watch("orders", this.instances);
		await(RECOVERY).until(() -> this.documents.latest().isPresent() && !this.instances.lists.isEmpty());
		server.pause();
		long frozen = System.nanoTime();
		await(DETECTION).until(() -> this.documents.isDisconnected() && this.instances.isDisconnected());
		System.out.printf("A frozen agent was noticed after %.1f s%n", (System.nanoTime() - frozen) / 1e9);
		long begun = System.nanoTime();
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.backend.config().get(Set.of(this.id)));
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
		server.resume();
		await(RECOVERY).until(() -> !this.documents.isDisconnected() && !this.instances.isDisconnected());
		assertThat(this.documents.texts).containsExactly("one");
		this.backend.registry().put("orders", List.of(instance()));
		server.pause();
		begun = System.nanoTime();
		this.backend.close();
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
		await(RECOVERY).until(() -> governanceThreads().isEmpty());
	}

	@Test
	@DisplayName("F3 F37 Frozen with a lock held and an instance registered: closing ends in time, without threads left")
	void frozenWithALock() throws InterruptedException {
		this.backend.config().watch(Set.of(this.id), this.documents);
		this.backend.registry().put("orders", List.of(instance()));
		HeldLock held = this.backend.lock().acquire("jobs", Duration.ofSeconds(10)).orElseThrow();
		await(RECOVERY).until(() -> !this.documents.texts.isEmpty());
		server.pause();
		long begun = System.nanoTime();
		this.backend.close();
		Duration closing = Duration.ofNanos(System.nanoTime() - begun);
		System.out.printf("Closed after %.1f s, a lock held at a frozen agent%n", closing.toMillis() / 1e3);
		assertThat(closing).isLessThan(Duration.ofSeconds(5));
		assertThat(held.isHeld()).isFalse();
		await(RECOVERY).until(() -> governanceThreads().isEmpty());
	}

	@Test
	@DisplayName("F31 A process that is stopped for longer than its TTL is down, and up within 10 s when it goes on")
	void stoppedProcessIsUpAgain() throws Exception {
		this.backend.discovery().watch("orders", this.instances);
		try (RegisteredProcess.Owner owner = RegisteredProcess.start(server.address(), this.namespace)) {
			await(Duration.ofSeconds(30)).until(() -> isOnly(InstanceStatus.UP));
			owner.signal("STOP");
			await(Duration.ofSeconds(10)).until(() -> isOnly(InstanceStatus.DOWN));
			owner.signal("CONT");
			await(REPAIR).until(() -> isOnly(InstanceStatus.UP) && registrations() == 1);
		}
	}

	@Test
	@DisplayName("F3 F4 Of a name that leads to several addresses, one that hangs leaves the others their time")
	void nameMayLeadToAnAddressThatHangs(@TempDir Path directory) throws Exception {
		Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.9 consul.test\n127.0.0.1 consul.test\n");
		try (ServerSocket full = new ServerSocket()) {
			full.bind(new InetSocketAddress("127.0.0.9", URI.create(server.address()).getPort()), 1);
			List<SocketChannel> crowd = new ArrayList<>();
			// It accepts nobody, and what waits for that is more than it takes.
			for (int i = 0; i < 10; i++) {
				SocketChannel one = SocketChannel.open();
				crowd.add(one);
				one.configureBlocking(false);
				one.connect(full.getLocalSocketAddress());
			}
			try (RegisteredProcess.Owner owner = RegisteredProcess.start(
					server.address().replace("127.0.0.1", "consul.test"), this.namespace,
					"-Djdk.net.hosts.file=" + hosts)) {
				assertThat(owner).isNotNull();
				await(Duration.ofSeconds(60)).until(() -> registrations() == 1);
			}
			finally {
				for (SocketChannel one : crowd) {
					one.close();
				}
			}
		}
	}

	@Test
	@Tag("soak")
	@Timeout(240)
	@DisplayName("F31 F32 An instance whose process is stopped is reaped by Consul, and back within 10 s when it goes on")
	void reapedInstanceIsRegisteredAgain() throws Exception {
		this.backend.discovery().watch("orders", this.instances);
		try (RegisteredProcess.Owner owner = RegisteredProcess.start(server.address(), this.namespace)) {
			await(Duration.ofSeconds(30)).until(() -> isOnly(InstanceStatus.UP));
			owner.signal("STOP");
			long stopped = System.nanoTime();
			// A minute after its check has failed, and Consul looks each half minute.
			Awaitility.await()
				.pollInterval(Duration.ofMillis(500))
				.atMost(Duration.ofSeconds(120))
				.until(() -> registrations() == 0 && this.instances.latest().isEmpty());
			assertThat(Duration.ofNanos(System.nanoTime() - stopped)).isGreaterThan(Duration.ofSeconds(60));
			System.out.printf("Reaped %.0f s after its process was stopped%n", (System.nanoTime() - stopped) / 1e9);
			owner.signal("CONT");
			await(REPAIR).until(() -> isOnly(InstanceStatus.UP) && registrations() == 1);
		}
	}

	private boolean isOnly(InstanceStatus status) {
		List<Instance> latest = this.instances.latest();
		return latest.size() == 1 && latest.get(0).status() == status;
	}

	private static Set<String> governanceThreads() {
		Set<String> names = new TreeSet<>();
		Thread.getAllStackTraces().keySet().forEach((thread) -> {
			if (thread.getName().startsWith("governance-consul")) {
				names.add(thread.getName());
			}
		});
		return names;
	}

	@Test
	@DisplayName("F7 F9 F21 Wiped: its new state is told, and the keeper registers again, once, as the instance is now")
	void wiped() {
		publish("one");
		this.backend.config().watch(Set.of(this.id), this.documents);
		this.backend.discovery().watch("orders", this.instances);
		try (RegistrationKeeper keeper = keeper()) {
			keeper.register(instance());
			await(RECOVERY)
				.until(() -> this.documents.latest().equals(Optional.of("one")) && this.instances.latest().size() == 1);
			server.kill();
			server.wipe();
			keeper.update(instance().toBuilder().version("2").status(InstanceStatus.DRAINING).build());
			server.start();
			await(REPAIR).until(() -> registrations() == 1 && this.instances.latest().size() == 1
					&& this.instances.latest().get(0).version().equals("2")
					&& this.instances.latest().get(0).status() == InstanceStatus.DRAINING);
			await(RECOVERY).until(() -> this.documents.latest().isEmpty());
			publish("restored");
			await(RECOVERY).until(() -> this.documents.latest().equals(Optional.of("restored")));
		}
	}

	@Test
	@DisplayName("F1 F31 F33 The keeper registers with an agent that comes late, and again what was removed by hand or has expired")
	void keeperRepairs() {
		server.kill();
		this.backend.discovery().watch("orders", this.instances);
		try (RegistrationKeeper keeper = keeper()) {
			keeper.register(instance());
			await(DETECTION).until(this.instances::isDisconnected);
			server.start();
			await(REPAIR).until(() -> registrations() == 1 && this.instances.latest().size() == 1);
			String path = ConsulRequest.encode(this.namespace + "/orders/o-1");
			new Http(server.address()).put("/v1/agent/service/deregister/" + path, "");
			await(RECOVERY).until(() -> this.instances.latest().isEmpty());
			await(REPAIR).until(() -> this.instances.latest().size() == 1);
			server.pause();
			await(Duration.ofSeconds(30)).until(() -> !keeper.states().get(0).failure().isEmpty());
			server.resume();
			await(REPAIR).until(() -> this.instances.latest().size() == 1
					&& this.instances.latest().get(0).status() == InstanceStatus.UP && registrations() == 1);
			server.kill();
			server.start();
			await(REPAIR).until(() -> registrations() == 1 && !this.instances.isDisconnected()
					&& this.instances.latest().get(0).status() == InstanceStatus.UP);
		}
	}

	/** Keeps what it is told of the document. */
	private final class Documents implements ConfigListener {

		private final List<String> texts = new CopyOnWriteArrayList<>();

		private volatile Optional<String> latest = Optional.empty();

		private volatile boolean disconnected;

		Optional<String> latest() {
			return this.latest;
		}

		boolean isDisconnected() {
			return this.disconnected;
		}

		@Override
		public void onDocuments(ConfigDocuments documents) {
			this.latest = documents.find(ConsulFaultTests.this.id).map((document) -> document.text());
			this.texts.add(this.latest.orElse("absent"));
		}

		@Override
		public void onConnection(ConnectionState state) {
			this.disconnected = state == ConnectionState.DISCONNECTED;
		}

	}

	/** Keeps what it is told of the service. */
	private static final class Instances implements InstancesListener {

		private final List<List<Instance>> lists = new CopyOnWriteArrayList<>();

		private volatile boolean disconnected;

		List<Instance> latest() {
			return this.lists.isEmpty() ? List.of() : this.lists.get(this.lists.size() - 1);
		}

		boolean isDisconnected() {
			return this.disconnected;
		}

		@Override
		public void onInstances(List<Instance> instances) {
			this.lists.add(instances);
		}

		@Override
		public void onConnection(ConnectionState state) {
			this.disconnected = state == ConnectionState.DISCONNECTED;
		}

	}

}
