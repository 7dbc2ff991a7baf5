package io.governance.etcd;

import java.time.Duration;
import java.util.List;
import java.util.Set;

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
import io.governance.testkit.RecordingConfigListener;
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
		return Etcds.open(new EtcdSettings(List.of(server.address()), null, user, password, null, null,
				Duration.ofSeconds(2), null), "dev");
	}

	@Test
	void userMayDoWhatItsRoleMay() throws Exception {
		try (Backend backend = open("orders", "s3cret")) {
			backend.config().publish(List.of(Publication.put(ID, "a: 0")), Author.of("test"));
			Instance instance = Instance.of("orders", "127.0.0.1", 8080).build();
			backend.registry().put("orders", List.of(instance));
			assertThat(backend.registry().observe("orders")).containsExactly(instance);
			assertThat(backend.discovery().services()).containsExactly("orders");
			try (HeldLock lock = backend.lock().acquire("batch", Duration.ZERO).orElseThrow()) {
				await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(4)).until(lock::isHeld);
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
	@DisplayName("a token that has expired is replaced")
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
			await().atMost(Duration.ofSeconds(5))
				.ignoreExceptions()
				.until(() -> backend.config().get(Set.of(ID)).find(ID).isPresent());
			backend.config().publish(List.of(Publication.put(ID, "a: new")), Author.of("test"));
			await().atMost(Duration.ofSeconds(5)).until(() -> listener.latest(ID).equals("a: new"));
			await().during(Duration.ofSeconds(3))
				.atMost(Duration.ofSeconds(7))
				.until(() -> !backend.registry().observe("orders").isEmpty());
			try (Client client = Client.builder()
				.endpoints(server.address())
				.user(bytes("root"))
				.password(bytes("r00t"))
				.build()) {
				assertThat(client.getKVClient().get(bytes("governance/services/dev/idle/i-1")).get().getCount())
					.as("who does nothing but renew")
					.isEqualTo(1);
			}
			assertThat(backend.config().get(Set.of(ID)).find(ID).map(ConfigDocument::text)).hasValue("a: new");
		}
	}

}
