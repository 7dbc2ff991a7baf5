package io.governance.etcd;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.auth.Permission;
import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.lock.HeldLock;
import io.governance.registry.Instance;
import io.governance.registry.RegistrationEvent;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.RecordingInstancesListener;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * A server that wants a user.
 */
@Timeout(60)
class EtcdAuthTests {

	private static final DocumentId ID = new DocumentId("dev", "default", "orders.yaml");

	private static EtcdServer server;

	@BeforeAll
	static void startServer() throws Exception {
		server = EtcdServer.options().flags("--auth-token-ttl=1").start();
		try (Client client = Client.builder().endpoints(server.address()).build()) {
			Auth auth = client.getAuthClient();
			auth.userAdd(bytes("root"), bytes("r00t")).get();
			auth.roleAdd(bytes("root")).get();
			auth.userGrantRole(bytes("root"), bytes("root")).get();
			addUser(auth, "orders", Permission.Type.READWRITE, "governance/", "governance0");
			addUser(auth, "reader", Permission.Type.READ, "governance/config/dev/", "governance/config/dev0");
			addUser(auth, "late", Permission.Type.READ, "governance/config/dev/", "governance/config/dev0");
			auth.authEnable().get();
		}
		try (Backend backend = open("root", "r00t")) {
			backend.config().publish(List.of(Publication.put(ID, "a: 0")), Author.of("test"));
		}
	}

	private static void addUser(Auth auth, String name, Permission.Type type, String from, String to) throws Exception {
		auth.userAdd(bytes(name), bytes("s3cret")).get();
		auth.roleAdd(bytes(name)).get();
		auth.roleGrantPermission(bytes(name), bytes(from), bytes(to), type).get();
		auth.userGrantRole(bytes(name), bytes(name)).get();
	}

	private static ByteSequence bytes(String text) {
		return ByteSequence.from(text, UTF_8);
	}

	@AfterAll
	static void endServer() {
		server.close();
	}

	private static Backend open(String user, String password) {
		return open(server, user, password);
	}

	private static Backend open(EtcdServer server, String user, String password) {
		return Etcds.open(new EtcdSettings(List.of(server.address()), null, user, password, null, Duration.ofSeconds(5),
				Duration.ofSeconds(4), null), "dev");
	}

	@Test
	void userMayDoWhatItsRoleMay() throws Exception {
		try (Backend backend = open("orders", "s3cret")) {
			backend.config().publish(List.of(Publication.put(ID, "a: 0")), Author.of("test"));
			Instance instance = Instance.of("orders", "127.0.0.1", 8080).build();
			backend.registry().put("orders", List.of(instance));
			assertThat(backend.registry().observe("orders")).containsExactly(instance);
			assertThat(backend.discovery().services()).contains("orders");
			try (HeldLock lock = backend.lock().acquire("batch", Duration.ZERO).orElseThrow()) {
				await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(20)).until(lock::isHeld);
			}
		}
	}

	@Test
	@DisplayName("(c) 9 what a user may not do is refused in words, and never looks absent")
	void forbiddenIsNotAbsent() {
		try (Backend backend = open("reader", "s3cret")) {
			assertThat(backend.config().get(Set.of(ID)).find(ID)).isPresent();
			assertRefused(() -> backend.config().get(Set.of(new DocumentId("prod", "default", "orders.yaml"))));
			assertRefused(() -> backend.config().publish(List.of(Publication.put(ID, "a: 2")), Author.of("test")));
			assertRefused(() -> backend.discovery().services());
			assertRefused(
					() -> backend.registry().put("orders", List.of(Instance.of("orders", "127.0.0.1", 8080).build())));
			assertRefused(() -> backend.lock().acquire("batch", Duration.ZERO));
			RecordingConfigListener listener = new RecordingConfigListener();
			backend.config().watch(Set.of(new DocumentId("prod", "default", "orders.yaml")), listener);
			await().atMost(Duration.ofSeconds(5))
				.until(() -> listener.connections().equals(List.of(ConnectionState.DISCONNECTED)));
			assertThat(listener.deliveries()).isEmpty();
		}
	}

	@Test
	@DisplayName("(c) 9 an instance whose user may not register is registered within 10 seconds of being allowed to")
	void refusedInstanceIsRegisteredOnceItMayBe() throws Exception {
		List<RegistrationEvent> events = new CopyOnWriteArrayList<>();
		Instance instance = Instance.of("late", "127.0.0.1", 8080).build();
		try (Client root = root();
				Backend backend = open("late", "s3cret");
				Backend reading = open("orders", "s3cret");
				RegistrationKeeper keeper = new RegistrationKeeper(backend.registry(), RegistrationSettings.DEFAULTS,
						events::add, RandomGenerator.getDefault(), System::nanoTime)) {
			RecordingInstancesListener listener = new RecordingInstancesListener();
			reading.discovery().watch("late", listener);
			keeper.register(instance);
			await().atMost(Duration.ofSeconds(10)).until(() -> !events.isEmpty());
			// Long enough for the delay between two tries to have grown to its cap.
			await().during(Duration.ofSeconds(8)).atMost(Duration.ofSeconds(20)).until(() -> events.size() == 1);
			assertThat(events.get(0).kind()).isEqualTo(RegistrationEvent.Kind.REFUSED);
			assertThat(events.get(0).reason()).contains("permission denied").doesNotContain("s3cret");
			assertThat(listener.latest()).hasValue(List.of());
			root.getAuthClient()
				.roleGrantPermission(bytes("late"), bytes("governance/"), bytes("governance0"),
						Permission.Type.READWRITE)
				.get();
			await().atMost(Duration.ofSeconds(10))
				.until(() -> listener.latest().equals(Optional.of(List.of(instance))));
			await().atMost(Duration.ofSeconds(2))
				.until(() -> events.stream()
					.map(RegistrationEvent::kind)
					.toList()
					.equals(List.of(RegistrationEvent.Kind.REFUSED, RegistrationEvent.Kind.REGISTERED)));
		}
	}

	private static Client root() {
		return root(server);
	}

	private static Client root(EtcdServer server) {
		return Client.builder().endpoints(server.address()).user(bytes("root")).password(bytes("r00t")).build();
	}

	private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(call)
			.withMessageContaining("permission denied")
			.withMessageContaining("governance.etcd.username")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret"));
	}

	@Test
	@DisplayName("(c) 3 a wrong password and a missing user are told without the password")
	void wrongPasswordIsTold() {
		for (Backend wrong : List.of(open("orders", "wr0ng"), open(null, null))) {
			try (Backend backend = wrong) {
				assertThatExceptionOfType(BackendUnavailableException.class)
					.isThrownBy(() -> backend.config().get(Set.of(ID)))
					.withMessageContaining("it refuses the user or the password")
					.withMessageContaining("governance.etcd.username")
					.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("wr0ng"));
			}
		}
	}

	@Test
	@DisplayName("(b) a token that has expired is replaced, for calls")
	void expiredTokenIsReplaced() {
		try (Backend backend = open("orders", "s3cret")) {
			assertThat(backend.config().get(Set.of(ID)).find(ID)).isPresent();
			await().pollDelay(Duration.ofMillis(2500)).until(() -> true);
			backend.config().publish(List.of(Publication.put(ID, "a: 0")), Author.of("test"));
		}
	}

	@Test
	@DisplayName("a token that the server has forgotten is replaced: for calls, watches and leases")
	void forgottenTokenIsReplaced() throws Exception {
		try (Backend backend = open("orders", "s3cret"); Backend idle = open("orders", "s3cret")) {
			Instance instance = Instance.of("orders", "127.0.0.1", 8080).id("o-1").build();
			backend.registry().put("orders", List.of(instance));
			RecordingConfigListener listener = new RecordingConfigListener();
			backend.config().watch(Set.of(ID), listener);
			await().until(() -> !listener.deliveries().isEmpty());
			idle.registry().put("idle", List.of(Instance.of("idle", "127.0.0.1", 8081).id("i-1").build()));
			server.kill();
			server.start();
			await().atMost(Duration.ofSeconds(15))
				.ignoreExceptions()
				.until(() -> backend.config().get(Set.of(ID)).find(ID).isPresent());
			backend.config().publish(List.of(Publication.put(ID, "a: new")), Author.of("test"));
			await().atMost(Duration.ofSeconds(15)).until(() -> listener.latest(ID).equals("a: new"));
			await().during(Duration.ofSeconds(5))
				.atMost(Duration.ofSeconds(20))
				.until(() -> !backend.registry().observe("orders").isEmpty());
			try (Client client = root()) {
				assertThat(client.getKVClient().get(bytes("governance/services/dev/idle/i-1")).get().getCount())
					.as("who does nothing but renew")
					.isEqualTo(1);
			}
			assertThat(backend.config().get(Set.of(ID)).find(ID).map(ConfigDocument::text)).hasValue("a: new");
		}
	}

	@Test
	@DisplayName("(b) users can be switched on and off at the server while services run that have one")
	void usersAreSwitchedOnAndOff() throws Exception {
		try (EtcdServer other = EtcdServer.own();
				Client plain = Client.builder().endpoints(other.address()).build();
				Backend backend = open(other, "root", "r00t")) {
			RecordingConfigListener listener = new RecordingConfigListener();
			backend.config().watch(Set.of(ID), listener);
			backend.config().publish(List.of(Publication.put(ID, "a: 0")), Author.of("test"));
			await().until(() -> listener.latest(ID).equals("a: 0"));
			plain.getAuthClient().userAdd(bytes("root"), bytes("r00t")).get();
			plain.getAuthClient().roleAdd(bytes("root")).get();
			plain.getAuthClient().userGrantRole(bytes("root"), bytes("root")).get();
			plain.getAuthClient().authEnable().get();
			backend.config().publish(List.of(Publication.put(ID, "a: 1")), Author.of("test"));
			await().until(() -> listener.latest(ID).equals("a: 1"));
			try (Backend wrong = open(other, "root", "wr0ng")) {
				assertThatExceptionOfType(BackendUnavailableException.class)
					.isThrownBy(() -> wrong.config().get(Set.of(ID)));
			}
			try (Client root = root(other)) {
				root.getAuthClient().authDisable().get();
			}
			try (Backend late = open(other, "root", "r00t")) {
				late.config().publish(List.of(Publication.put(ID, "a: 2")), Author.of("test"));
			}
			await().until(() -> listener.latest(ID).equals("a: 2"));
		}
	}

}
