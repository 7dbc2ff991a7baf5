package io.governance.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.options.GetOption;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationEvent;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import io.governance.testkit.RecordingInstancesListener;
import io.governance.testservers.EtcdServer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An instance comes back by itself within ten seconds of the server being well.
 */
@Timeout(90)
class EtcdRegistrationTests {

	private static final Duration PROMISE = Duration.ofSeconds(10);

	private static EtcdServer server;

	private final List<RegistrationEvent.Kind> events = new CopyOnWriteArrayList<>();

	private final String namespace = "r" + UUID.randomUUID().toString().substring(0, 8);

	private final Instance instance = Instance.of("orders", "127.0.0.1", 8080).id("o-1").version("1").build();

	private Backend backend;

	private RegistrationKeeper keeper;

	@BeforeAll
	static void startServer() {
		server = EtcdServer.own();
	}

	@AfterAll
	static void endServer() {
		server.close();
	}

	@BeforeEach
	void open() {
		this.backend = Etcds.open(server.address(), this.namespace);
		this.keeper = keeper(this.backend);
	}

	private RegistrationKeeper keeper(Backend backend) {
		return new RegistrationKeeper(backend.registry(), RegistrationSettings.DEFAULTS,
				(event) -> this.events.add(event.kind()), RandomGenerator.getDefault(), System::nanoTime);
	}

	@AfterEach
	void close() {
		this.keeper.close();
		this.backend.close();
		server.start();
	}

	private static ConditionFactory inTime() {
		return await().pollInterval(Duration.ofMillis(20)).atMost(PROMISE);
	}

	private List<Instance> registered() {
		try (Backend other = Etcds.open(server.address(), this.namespace)) {
			List<List<Instance>> seen = new CopyOnWriteArrayList<>();
			other.discovery().watch("orders", seen::add);
			await().until(() -> !seen.isEmpty());
			return seen.get(seen.size() - 1);
		}
	}

	@Test
	@DisplayName("F1 a server that was down when the service started gets its instance")
	void serverThatCameLateGetsTheInstance() {
		server.kill();
		this.keeper.register(this.instance);
		await().atMost(PROMISE).until(() -> this.events.contains(RegistrationEvent.Kind.REFUSED));
		await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
		server.start();
		inTime().until(() -> registered().equals(List.of(this.instance)));
	}

	@Test
	@DisplayName("F7 after a restart with and without its data the server has today's instance, once")
	void restartedServerHasTheInstanceOfToday() {
		this.keeper.register(this.instance);
		inTime().until(() -> registered().size() == 1);
		server.kill();
		Instance changed = this.instance.toBuilder().version("2").status(InstanceStatus.WARNING).build();
		this.keeper.update(changed);
		server.start();
		inTime().until(() -> registered().equals(List.of(changed)));
		server.kill();
		server.wipe();
		server.start();
		inTime().until(() -> registered().equals(List.of(changed)));
		// Told after the put whose effect was seen.
		inTime().until(
				() -> this.events.containsAll(List.of(RegistrationEvent.Kind.LOST, RegistrationEvent.Kind.REPAIRED)));
	}

	@Test
	@DisplayName("F38 F39 F40 callers never see fewer instances while the server is away and comes back with its data")
	void restartedServerTellsNoEmptyList() {
		List<Instance> today = IntStream.rangeClosed(1, 3)
			.mapToObj((number) -> this.instance.toBuilder().id("o-" + number).build())
			.toList();
		try (Backend other = Etcds.open(server.address(), this.namespace);
				Backend own = Etcds.open(server.address(), this.namespace, Etcds.LONG_LEASE);
				RegistrationKeeper lasting = keeper(own)) {
			today.forEach(lasting::register);
			inTime().until(() -> registered().size() == 3);
			RecordingInstancesListener callers = new RecordingInstancesListener();
			other.discovery().watch("orders", callers);
			inTime().until(() -> callers.shows("o-1", "o-2", "o-3"));
			server.kill();
			inTime().until(() -> callers.connections().contains(ConnectionState.DISCONNECTED));
			List<Instance> changed = today.stream().map((one) -> one.toBuilder().version("2").build()).toList();
			changed.forEach(lasting::update);
			server.start();
			inTime().until(() -> callers.latest().equals(Optional.of(changed)));
			assertThat(callers.deliveries()).allSatisfy((instances) -> assertThat(instances).hasSize(3));
		}
	}

	@Test
	@DisplayName("(b) F34 a lease that was taken away, or ran out while the process slept, is replaced")
	void lostLeaseIsReplaced() throws Exception {
		this.keeper.register(this.instance);
		inTime().until(() -> registered().size() == 1);
		RecordingInstancesListener callers = new RecordingInstancesListener();
		try (Client client = Client.builder().endpoints(server.address()).build();
				Backend other = Etcds.open(server.address(), this.namespace)) {
			other.discovery().watch("orders", callers);
			inTime().until(() -> callers.shows("o-1"));
			long lease = client.getKVClient()
				.get(KeyRange.bytes("governance/services/" + this.namespace + "/orders/o-1"), GetOption.DEFAULT)
				.get()
				.getKvs()
				.get(0)
				.getLease();
			client.getLeaseClient().revoke(lease).get();
			inTime().until(() -> callers.deliveries().contains(List.of()));
		}
		inTime().until(() -> registered().equals(List.of(this.instance)));
		await().during(Duration.ofSeconds(2))
			.pollInterval(Duration.ofMillis(200))
			.atMost(Duration.ofSeconds(5))
			.until(() -> registered().size() == 1);
	}

	@Test
	@DisplayName("F34 an instance that somebody has copied without its lease does not outlive its process")
	void copiedInstanceIsPutUnderItsLeaseAgain() throws Exception {
		this.keeper.register(this.instance);
		inTime().until(() -> registered().size() == 1);
		try (Client client = Client.builder().endpoints(server.address()).build()) {
			ByteSequence key = KeyRange.bytes("governance/services/" + this.namespace + "/orders/o-1");
			KeyValue before = client.getKVClient().get(key).get().getKvs().get(0);
			// As etcdctl make-mirror does.
			client.getKVClient().put(key, before.getValue()).get();
			inTime().until(() -> client.getKVClient().get(key).get().getKvs().get(0).getLease() == before.getLease());
			assertThat(registered()).containsExactly(this.instance);
		}
	}

	@Test
	@DisplayName("F4 of a name that leads to several addresses, those that answer are used")
	void nameMayLeadToSeveralAddresses(@TempDir Path directory) throws Exception {
		Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.9 etcd.test\n127.0.0.1 etcd.test\n");
		Process owner = start(server.address().replace("127.0.0.1", "etcd.test"), "-Djdk.net.hosts.file=" + hosts);
		try {
			await().atMost(Duration.ofSeconds(30)).until(() -> registered().size() == 1);
		}
		finally {
			owner.destroyForcibly().waitFor();
		}
	}

	@Test
	@DisplayName("F3 of a name that leads to several addresses, one that hangs keeps nobody from the others")
	void addressThatHangsIsPassedOver(@TempDir Path directory) throws Exception {
		Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.9 etcd.test\n127.0.0.1 etcd.test\n");
		try (ServerSocket silent = new ServerSocket(URI.create(server.address()).getPort(), 50,
				InetAddress.getByName("127.0.0.9"))) {
			Process owner = start(server.address().replace("127.0.0.1", "etcd.test"), "-Djdk.net.hosts.file=" + hosts);
			try {
				await().atMost(Duration.ofSeconds(50)).until(() -> registered().size() == 1);
				assertThat(silent.isClosed()).isFalse();
			}
			finally {
				owner.destroyForcibly().waitFor();
			}
		}
	}

	private Process start(String address, String... options) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(ProcessHandle.current().info().command().orElse("java"));
		command.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
		command.addAll(List.of(options));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), RegisteredProcess.class.getName(), address,
				this.namespace));
		return new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
	}

	@Test
	@DisplayName("F34 a process that was stopped for longer than its lease is registered again when it goes on")
	void processThatWasStoppedIsRegisteredAgain() throws Exception {
		Process owner = start(server.address());
		try {
			await().atMost(Duration.ofSeconds(20)).until(() -> registered().size() == 1);
			signal("STOP", owner);
			await().atMost(Duration.ofSeconds(6)).until(() -> registered().isEmpty());
			signal("CONT", owner);
			inTime().until(() -> registered().size() == 1);
		}
		finally {
			owner.destroyForcibly().waitFor();
		}
	}

	private static void signal(String name, Process process) throws Exception {
		assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor()).isZero();
	}

}
