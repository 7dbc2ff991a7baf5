package io.governance.etcd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.options.OptionsUtil;
import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.lock.HeldLock;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.RecordingInstancesListener;
import io.governance.testservers.EtcdServer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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
 * The roles that docs/operators.md tells to make, on a server that holds users to them.
 */
@Timeout(120)
class EtcdLeastPrivilegeTests {

	private static final DocumentId ID = new DocumentId("dev", "default", "orders.yaml");

	private static final Publication PUT = Publication.put(ID, "a: 1");

	private static EtcdServer server;

	@BeforeAll
	static void startServer() throws Exception {
		server = EtcdServer.options().start();
		try (Client client = Client.builder().endpoints(server.address()).build()) {
			Auth auth = client.getAuthClient();
			auth.userAdd(bytes("root"), bytes("r00t")).get();
			auth.roleAdd(bytes("root")).get();
			auth.userGrantRole(bytes("root"), bytes("root")).get();
			List<String> commands = commands();
			assertThat(commands).hasSizeGreaterThan(10);
			for (String command : commands) {
				run(auth, command.split(" "));
			}
			auth.authEnable().get();
		}
	}

	/** Each line of the page that begins with "etcdctl". */
	private static List<String> commands() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "operators.md"));
		return Pattern.compile("(?m)^etcdctl (.*)$").matcher(page).results().map((line) -> line.group(1)).toList();
	}

	private static void run(Auth auth, String[] words) throws Exception {
		switch (words[0] + " " + words[1]) {
			case "role add" -> auth.roleAdd(bytes(words[2])).get();
			case "role grant-permission" -> {
				assertThat(words[2]).isEqualTo("--prefix");
				Permission.Type type = words[4].equals("read") ? Permission.Type.READ : Permission.Type.READWRITE;
				ByteSequence key = bytes(words[5]);
				auth.roleGrantPermission(bytes(words[3]), key, OptionsUtil.prefixEndOf(key), type).get();
			}
			case "user add" -> auth.userAdd(bytes(words[2]), bytes("s3cret")).get();
			case "user grant-role" -> auth.userGrantRole(bytes(words[2]), bytes(words[3])).get();
			default -> throw new IllegalArgumentException(String.join(" ", words));
		}
	}

	private static ByteSequence bytes(String text) {
		return ByteSequence.from(text, UTF_8);
	}

	@AfterAll
	static void endServer() {
		server.close();
	}

	private static Backend open(String user, String namespace) {
		return Etcds.open(new EtcdSettings(List.of(server.address()), null, user, "s3cret", null, null,
				Duration.ofSeconds(10), null), namespace);
	}

	@Test
	@DisplayName("(c) 9 the roles that the page for operators names are enough")
	void rolesAreEnough() throws Exception {
		try (Backend publisher = open("publisher", "dev"); Backend orders = open("orders", "dev")) {
			RecordingConfigListener documents = new RecordingConfigListener();
			orders.config().watch(Set.of(ID), documents);
			publisher.config().publish(List.of(PUT), Author.of("alice"));
			await().until(() -> documents.latest(ID).equals("a: 1"));
			assertThat(publisher.config().list("dev", "default")).contains(ID);
			assertThat(orders.config().history(ID, 1).get(0).author()).isEqualTo(Author.of("alice"));
			Instance instance = Instance.of("orders", "127.0.0.1", 8080).build();
			RecordingInstancesListener instances = new RecordingInstancesListener();
			orders.discovery().watch("orders", instances);
			RecordingInstancesListener others = new RecordingInstancesListener();
			orders.discovery().watch("stock", others);
			orders.registry().put("orders", List.of(instance));
			orders.registry().put("orders", List.of(instance.withStatus(InstanceStatus.DRAINING)));
			await().until(() -> instances.latest()
				.filter((list) -> list.equals(List.of(instance.withStatus(InstanceStatus.DRAINING))))
				.isPresent());
			await().until(() -> others.latest().isPresent());
			assertThat(orders.discovery().services()).contains("orders");
			orders.registry().remove("orders", instance.id());
			await().until(() -> instances.latest().filter(List::isEmpty).isPresent());
			try (HeldLock lock = orders.lock().acquire("orders-report", Duration.ZERO).orElseThrow()) {
				assertThat(lock.isHeld()).isTrue();
			}
		}
	}

	@Test
	@DisplayName("(c) 9 the roles that the page for operators names allow no more")
	void rolesAllowNoMore() {
		List<ThrowingCallable> forbidden = new ArrayList<>();
		try (Backend orders = open("orders", "dev");
				Backend elsewhere = open("orders", "prod");
				Backend publisher = open("publisher", "dev")) {
			DocumentId foreign = new DocumentId("prod", "default", "orders.yaml");
			forbidden.add(() -> orders.config().publish(List.of(PUT), Author.of("mallory")));
			forbidden.add(() -> orders.config().get(Set.of(foreign)));
			forbidden.add(() -> orders.config().history(foreign, 1));
			forbidden.add(() -> elsewhere.discovery().services());
			forbidden.add(() -> put(orders, "stock"));
			forbidden.add(() -> put(elsewhere, "orders"));
			forbidden.add(() -> orders.lock().acquire("stock-report", Duration.ZERO));
			forbidden.add(() -> put(publisher, "orders"));
			forbidden
				.add(() -> publisher.config().publish(List.of(Publication.put(foreign, "a: 1")), Author.of("mallory")));
			assertThat(forbidden)
				.allSatisfy((call) -> assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(call)
					.withMessageContaining("permission denied"));
		}
	}

	private static void put(Backend backend, String service) {
		backend.registry().put(service, List.of(Instance.of(service, "127.0.0.1", 8080).build()));
	}

}
