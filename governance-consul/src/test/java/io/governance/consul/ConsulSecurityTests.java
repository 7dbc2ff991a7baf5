package io.governance.consul;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

import javax.net.ssl.SSLContext;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.config.Author;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigSource;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testservers.ConsulServer;
import io.governance.testservers.TestCertificates;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tokens and TLS on real agents. */
@Timeout(120)
class ConsulSecurityTests {

	private static final DocumentId ID = new DocumentId("dev", "shop", "orders.yaml");

	private static final DocumentId OTHER = new DocumentId("dev", "shop", "application.yaml");

	private static final DocumentId ABSENT = new DocumentId("dev", "shop", "orders-eu.yaml");

	private static final Set<DocumentId> LAYERS = Set.of(ID, OTHER, ABSENT);

	private static final String READER = "0c4b6ad0-3c5c-4b0e-8d25-6d0f1f1d7e11";

	private static final String READ_ALL = "key_prefix \"\" { policy = \"read\" }";

	/** A standing query keeps the rights with which it began. */
	private static final Duration MAX_WAIT = Duration.ofSeconds(2);

	private static final String TOKEN = "7a1e0c0a-5a52-4f4b-8d1c-0d8d1f6c3b11";

	private static Backend backend(String address, String token, String tokenFile, SSLContext ssl) {
		ConsulSettings settings = new ConsulSettings(List.of(address), null, null, null, token, tokenFile,
				(ssl != null) ? "mine" : null, null, MAX_WAIT, null, null, null);
		return new ConsulBackendFactory()
			.create(BackendEnvironment.of("consul", "dev", settings, (ssl != null) ? Map.of("mine", ssl) : Map.of()));
	}

	private static void useAll(Backend backend) throws InterruptedException {
		backend.config().publish(List.of(Publication.put(ID, "one")), Author.of("me"));
		assertThat(backend.config().get(Set.of(ID)).find(ID)).isPresent();
		Instance instance = Instance.of("orders", "127.0.0.1", 80).build();
		backend.registry().put("orders", List.of(instance));
		assertThat(backend.registry().observe("orders")).containsExactly(instance);
		Awaitility.await().until(() -> backend.discovery().services().contains("orders"));
		backend.registry().remove("orders", instance.id());
		backend.lock().acquire("jobs", Duration.ofSeconds(5)).orElseThrow().close();
	}

	@Test
	@DisplayName("Security 3 and 9: what the token may not do is refused in words, a new token in its file is used")
	void accessControl(@TempDir Path directory) throws IOException, InterruptedException {
		Path file = Files.writeString(directory.resolve("token"), "11111111-2222-3333-4444-555555555555");
		List<String> told = new CopyOnWriteArrayList<>();
		try (ConsulServer server = ConsulServer.options().acl(TOKEN).start();
				Backend good = backend(server.address(), TOKEN, null, null);
				Backend anonymous = backend(server.address(), null, null, null);
				Backend fromFile = backend(server.address(), null, file.toString(), null)) {
			useAll(good);
			good.registry().put("orders", List.of(Instance.of("orders", "127.0.0.1", 80).build()));
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> anonymous.config().get(Set.of(ID)))
				.withMessageContaining("governance.consul.token");
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> anonymous.config().publish(List.of(Publication.put(ID, "two")), Author.of("me")));
			assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(
					() -> anonymous.registry().put("stock", List.of(Instance.of("stock", "127.0.0.1", 80).build())));
			fromFile.config().watch(Set.of(ID), new ConfigListener() {

				@Override
				public void onDocuments(ConfigDocuments documents) {
					told.add(documents.find(ID).map((document) -> document.text()).orElse("absent"));
				}

				@Override
				public void onConnection(ConnectionState state) {
					told.add(state.name());
				}

			});
			Awaitility.await().untilAsserted(() -> assertThat(told).containsExactly("DISCONNECTED"));
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> fromFile.config().get(Set.of(ID)))
				.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("11111111"));
			Files.writeString(file, TOKEN + "\n");
			Awaitility.await()
				.untilAsserted(() -> assertThat(told).containsExactly("DISCONNECTED", "CONNECTED", "one"));
		}
	}

	@Test
	@DisplayName("Security 9: the policies that the page for operators names are enough, and allow no more")
	void leastPrivilegeIsEnough() throws Exception {
		List<String> policies = policies();
		assertThat(policies).hasSize(2);
		String ordersToken = "2b7e1516-28ae-d2a6-abf7-158809cf4f3c";
		String publisherToken = "c3ea0477-630c-4f1b-9f0a-7c1f9ad62b7d";
		try (ConsulServer server = ConsulServer.options().acl(TOKEN).start()) {
			allow(server, "orders", policies.get(0), ordersToken);
			allow(server, "publisher", policies.get(1), publisherToken);
			try (Backend orders = backend(server.address(), ordersToken, null, null);
					Backend publisher = backend(server.address(), publisherToken, null, null)) {
				List<String> told = new CopyOnWriteArrayList<>();
				orders.config()
					.watch(Set.of(ID), (documents) -> documents.find(ID).ifPresent((it) -> told.add(it.text())));
				RecordingConfigListener layers = new RecordingConfigListener();
				orders.config().watch(LAYERS, layers);
				publisher.config().publish(List.of(Publication.put(ID, "one")), Author.of("alice"));
				Awaitility.await().until(() -> told.contains("one"));
				Awaitility.await().until(() -> layers.latest(ID).equals("one"));
				assertThat(layers.connections()).doesNotContain(ConnectionState.DISCONNECTED);
				assertThat(orders.config().get(LAYERS).documents()).containsOnlyKeys(ID);
				assertThat(orders.config().get(many()).documents()).containsOnlyKeys(ID);
				assertThat(orders.config().history(ID, 1).get(0).author()).isEqualTo(Author.of("alice"));
				assertThat(publisher.config().list("dev", "shop")).containsExactly(ID);
				Instance instance = Instance.of("orders", "127.0.0.1", 80).build();
				orders.registry().put("orders", List.of(instance));
				Instance draining = instance.withStatus(InstanceStatus.DRAINING);
				orders.registry().put("orders", List.of(draining));
				assertThat(orders.registry().observe("orders")).containsExactly(draining);
				List<List<Instance>> lists = new CopyOnWriteArrayList<>();
				orders.discovery().watch("orders", lists::add);
				Awaitility.await().until(() -> lists.contains(List.of(draining)));
				assertThat(orders.discovery().services()).contains("orders");
				orders.registry().remove("orders", instance.id());
				orders.lock().acquire("orders-report", Duration.ofSeconds(5)).orElseThrow().close();
				DocumentId foreign = new DocumentId("prod", "shop", "orders.yaml");
				List<ThrowingCallable> forbidden = List.of(
						() -> orders.config().publish(List.of(Publication.put(ID, "two")), Author.of("mallory")),
						() -> orders.registry().put("stock", List.of(Instance.of("stock", "127.0.0.1", 81).build())),
						() -> orders.config()
							.publish(List.of(Publication.put(ID, "two").expecting(Revision.of(1))),
									Author.of("mallory")),
						() -> orders.lock().acquire("stock-report", Duration.ZERO),
						() -> publisher.config()
							.publish(List.of(Publication.put(foreign, "two")), Author.of("mallory")),
						() -> publisher.registry()
							.put("orders", List.of(Instance.of("orders", "127.0.0.1", 81).build())));
				assertThat(forbidden)
					.allSatisfy((call) -> assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(call)
						.withMessageContaining("governance.consul.token"));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@DisplayName("Security 9: what a token may no longer read is lost from sight, never deleted")
	void whatTheTokenMayNoLongerReadIsNotDeleted(boolean one) throws Exception {
		try (ConsulServer server = ConsulServer.options().acl(TOKEN).start();
				Backend reader = backend(server.address(), READER, null, null);
				Backend operator = backend(server.address(), TOKEN, null, null)) {
			String policy = allow(server, "reader", READ_ALL, READER);
			operator.config()
				.publish(List.of(Publication.put(ID, "one"), Publication.put(OTHER, "two")), Author.of("me"));
			RecordingConfigListener told = new RecordingConfigListener();
			reader.config().watch(one ? Set.of(ID) : LAYERS, told);
			Awaitility.await().until(() -> told.latest(ID).equals("one"));
			operator.config().publish(List.of(Publication.put(OTHER, "three")), Author.of("me"));
			Awaitility.await().until(() -> one || told.latest(OTHER).equals("three"));

			rules(server, policy, "reader", READ_ALL + denied("governance/config/dev/shop/orders.yaml"));
			operator.config().publish(List.of(Publication.put(OTHER, "four")), Author.of("me"));

			Awaitility.await().until(() -> told.connections().contains(ConnectionState.DISCONNECTED));
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> reader.config().get(one ? Set.of(ID) : LAYERS))
				.withMessageContaining("governance.consul.token");
			assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> reader.config().get(many()))
				.withMessageContaining("governance.consul.token");
			assertThat(told.latest(ID)).isEqualTo("one");

			rules(server, policy, "reader", READ_ALL);
			operator.config().publish(List.of(Publication.put(ID, "five")), Author.of("me"));
			Awaitility.await().until(() -> told.latest(ID).equals("five"));
			assertThat(told.texts(ID)).doesNotContain(RecordingConfigListener.ABSENT);
		}
	}

	@Test
	@DisplayName("Security 9: what a token may not read is not taken for absent before it is there, either")
	void whatTheTokenMayNotReadIsNotAbsent() throws Exception {
		try (ConsulServer server = ConsulServer.options().acl(TOKEN).start();
				Backend reader = backend(server.address(), READER, null, null)) {
			allow(server, "reader", READ_ALL + denied("governance/config/dev/shop/orders-eu.yaml"), READER);
			for (Set<DocumentId> ids : List.of(Set.of(ABSENT), LAYERS, many())) {
				assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> reader.config().get(ids))
					.withMessageContaining("governance.consul.token");
			}
		}
	}

	@Test
	@DisplayName("Security 9: documents that a token may not list are not taken for none")
	void whatTheTokenMayNotListIsNotNone() throws Exception {
		try (ConsulServer server = ConsulServer.options().acl(TOKEN).start();
				Backend writer = backend(server.address(), TOKEN, null, null);
				Backend reader = backend(server.address(), READER, null, null)) {
			allow(server, "reader", "key_prefix \"governance/config/dev/other/\" { policy = \"read\" }", READER);
			writer.config().publish(List.of(Publication.put(ABSENT, "a: 1")), Author.UNKNOWN);
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> reader.config().list(ABSENT.namespace(), ABSENT.group()))
				.withMessageContaining("governance.consul.token");
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> reader.config().groups(ABSENT.namespace()))
				.withMessageContaining("governance.consul.token");
			assertThat(reader.config().list(ABSENT.namespace(), "other")).isEmpty();
		}
	}

	@Test
	@DisplayName("Security 9: in the layout of Spring Cloud, what a token may no longer read is not deleted, either")
	void whatTheTokenMayNoLongerReadIsNotDeletedFromFolders() throws Exception {
		DocumentId folder = new DocumentId(DocumentId.DEFAULT, "config", "orders.kv");
		DocumentId empty = new DocumentId(DocumentId.DEFAULT, "config", "orders:eu.kv");
		try (ConsulServer server = ConsulServer.options().acl(TOKEN).start();
				Backend reader = backend(server.address(), READER, null, null)) {
			ConfigSource source = reader.config(SpringCloudConsulConfig.LAYOUT);
			String policy = allow(server, "reader", denied("config/"), READER);
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> source.get(Set.of(folder, empty)))
				.withMessageContaining("governance.consul.token");
			rules(server, policy, "reader", READ_ALL);
			manage(server, "/v1/kv/config/orders/a", "1");
			manage(server, "/v1/kv/config/orders/b", "1");
			RecordingConfigListener told = new RecordingConfigListener();
			source.watch(Set.of(folder, empty), told);
			Awaitility.await().until(() -> told.latest(folder).equals("a=1\nb=1\n"));

			rules(server, policy, "reader", READ_ALL + denied("config/orders/a"));
			manage(server, "/v1/kv/config/orders/b", "2");
			Awaitility.await().until(() -> told.connections().contains(ConnectionState.DISCONNECTED));

			rules(server, policy, "reader", READ_ALL);
			manage(server, "/v1/kv/config/orders/b", "3");
			Awaitility.await().until(() -> told.latest(folder).equals("a=1\nb=3\n"));
			// Whether the change before is told, too, depends on who reads first.
			assertThat(told.texts(folder)).allMatch((text) -> text.startsWith("a=1\n"))
				.startsWith("a=1\nb=1\n")
				.endsWith("a=1\nb=3\n");
		}
	}

	/** More than fit into one transaction. */
	private static Set<DocumentId> many() {
		Set<DocumentId> many = new HashSet<>(LAYERS);
		for (int i = 0; i < 70; i++) {
			many.add(new DocumentId("dev", "shop", "part-" + i + ".yaml"));
		}
		return many;
	}

	private static String denied(String prefix) {
		return " key_prefix \"" + prefix + "\" { policy = \"deny\" }";
	}

	private static List<String> policies() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "operators.md"));
		return Pattern.compile("```hcl\n(.*?)```", Pattern.DOTALL)
			.matcher(page)
			.results()
			.map((block) -> block.group(1))
			.toList();
	}

	private static String allow(ConsulServer server, String name, String rules, String token) throws Exception {
		String policy = manage(server, "/v1/acl/policy",
				JsonMapper.shared().writeValueAsString(Map.of("Name", name, "Rules", rules)));
		manage(server, "/v1/acl/token",
				"{\"SecretID\": \"" + token + "\", \"Policies\": [{\"Name\": \"" + name + "\"}]}");
		return JsonMapper.shared().readTree(policy).path("ID").asString();
	}

	private static void rules(ConsulServer server, String policy, String name, String rules) throws Exception {
		manage(server, "/v1/acl/policy/" + policy,
				JsonMapper.shared().writeValueAsString(Map.of("Name", name, "Rules", rules)));
	}

	@Test
	@DisplayName("F31 Security 9: what the keeper was refused is registered within 10 s of being allowed")
	void keeperRegistersOnceItIsAllowed() throws Exception {
		String token = "5d0e9d4e-7b0f-4c0c-9e52-3f1c2a4b6d70";
		String policy = "{\"Name\": \"orders\", \"Rules\": \"node_prefix \\\"\\\" { policy = \\\"read\\\" }%s\"}";
		try (ConsulServer server = ConsulServer.options().acl(TOKEN).start()) {
			String created = manage(server, "/v1/acl/policy", policy.formatted(""));
			String id = JsonMapper.builder().build().readTree(created).path("ID").asString();
			manage(server, "/v1/acl/token",
					"{\"SecretID\": \"" + token + "\", \"Policies\": [{\"Name\": \"orders\"}]}");
			try (Backend orders = backend(server.address(), token, null, null);
					Backend operator = backend(server.address(), TOKEN, null, null);
					RegistrationKeeper keeper = new RegistrationKeeper(orders.registry(), RegistrationSettings.DEFAULTS,
							(event) -> {
							}, new Random(), System::nanoTime)) {
				List<Instance> told = new CopyOnWriteArrayList<>();
				operator.discovery().watch("orders", told::addAll);
				keeper.register(Instance.of("orders", "127.0.0.1", 80).build());
				Awaitility.await()
					.until(() -> keeper.states()
						.stream()
						.anyMatch((state) -> state.failure().contains("governance.consul.token")));
				assertThat(told).isEmpty();
				manage(server, "/v1/acl/policy/" + id,
						policy.formatted(" service \\\"orders\\\" { policy = \\\"write\\\" }"));
				Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> told.size() == 1);
				Awaitility.await().until(() -> keeper.states().get(0).failure().isEmpty());
			}
		}
	}

	@Test
	@DisplayName("F31 Security 9: after the token was exchanged and the old one deleted, instances go up and down as before")
	void instancesGoByTheTokenOfToday(@TempDir Path directory) throws Exception {
		String before = "5d0e9d4e-7b0f-4c0c-9e52-3f1c2a4b6d70";
		String after = "5d0e9d4e-7b0f-4c0c-9e52-3f1c2a4b6d71";
		Path file = Files.writeString(directory.resolve("token"), before);
		Instance up = Instance.of("orders", "127.0.0.1", 80).id("o-1").build();
		Instance back = Instance.of("orders", "127.0.0.1", 81).id("o-2").build();
		Instance draining = back.withStatus(InstanceStatus.DRAINING);
		try (ConsulServer server = ConsulServer.options().acl(TOKEN).start();
				Backend operator = backend(server.address(), TOKEN, null, null)) {
			allow(server, "orders", policies().get(0), before);
			String created = manage(server, "/v1/acl/token",
					"{\"SecretID\": \"" + after + "\", \"Policies\": [{\"Name\": \"orders\"}]}");
			assertThat(created).contains(after);
			List<List<InstanceStatus>> told = new CopyOnWriteArrayList<>();
			operator.discovery()
				.watch("orders", (instances) -> told.add(instances.stream().map(Instance::status).toList()));
			try (Backend orders = ConsulFixture.backend("dev",
					new ConsulSettings(List.of(server.address()), null, null, null, null, file.toString(), null, null,
							MAX_WAIT, null, ConsulFixture.registration(Duration.ofSeconds(2)), null))) {
				orders.registry().put("orders", List.of(up, draining));
				awaitLast(told, InstanceStatus.UP, InstanceStatus.DRAINING);
				Files.writeString(file, after);
				// As whoever compares does now and then, who finds no difference.
				assertThat(orders.registry().observe("orders")).containsExactly(up, draining);
				assertThat(orders.registry().observe("orders")).containsExactly(up, draining);
				delete(server, before);
				orders.registry().put("orders", List.of(up, back));
				awaitLast(told, InstanceStatus.UP, InstanceStatus.UP);
			}
			awaitLast(told, InstanceStatus.DOWN, InstanceStatus.DOWN);
		}
	}

	@Test
	@DisplayName("F31 Security 9: an instance that leaves just after its token was exchanged and deleted is gone")
	void instanceLeavesByTheTokenOfToday(@TempDir Path directory) throws Exception {
		String before = "5d0e9d4e-7b0f-4c0c-9e52-3f1c2a4b6d70";
		String after = "5d0e9d4e-7b0f-4c0c-9e52-3f1c2a4b6d71";
		Path file = Files.writeString(directory.resolve("token"), before);
		try (ConsulServer server = ConsulServer.options().acl(TOKEN).start();
				Backend operator = backend(server.address(), TOKEN, null, null)) {
			allow(server, "orders", policies().get(0), before);
			manage(server, "/v1/acl/token",
					"{\"SecretID\": \"" + after + "\", \"Policies\": [{\"Name\": \"orders\"}]}");
			List<List<InstanceStatus>> told = new CopyOnWriteArrayList<>();
			operator.discovery()
				.watch("orders", (instances) -> told.add(instances.stream().map(Instance::status).toList()));
			try (Backend orders = ConsulFixture.backend("dev",
					new ConsulSettings(List.of(server.address()), null, null, null, null, file.toString(), null, null,
							MAX_WAIT, null, ConsulFixture.registration(Duration.ofSeconds(2)), null))) {
				orders.registry().put("orders", List.of(Instance.of("orders", "127.0.0.1", 80).id("o-1").build()));
				awaitLast(told, InstanceStatus.UP);
				Files.writeString(file, after);
				delete(server, before);
				orders.registry().remove("orders", "o-1");
				awaitLast(told);
			}
		}
	}

	private static void awaitLast(List<List<InstanceStatus>> told, InstanceStatus... statuses) {
		Awaitility.await()
			.untilAsserted(() -> assertThat(told).last()
				.asInstanceOf(InstanceOfAssertFactories.LIST)
				.containsExactly((Object[]) statuses));
	}

	private static void delete(ConsulServer server, String token) throws Exception {
		HttpRequest.Builder self = HttpRequest.newBuilder(URI.create(server.address() + "/v1/acl/token/self"))
			.header("X-Consul-Token", token);
		String accessor = JsonMapper.shared().readTree(send(self.GET())).path("AccessorID").asString();
		send(HttpRequest.newBuilder(URI.create(server.address() + "/v1/acl/token/" + accessor))
			.header("X-Consul-Token", TOKEN)
			.DELETE());
	}

	private static String manage(ConsulServer server, String path, String json) throws Exception {
		return send(HttpRequest.newBuilder(URI.create(server.address() + path))
			.header("X-Consul-Token", TOKEN)
			.PUT(HttpRequest.BodyPublishers.ofString(json)));
	}

	private static String send(HttpRequest.Builder builder) throws Exception {
		HttpRequest request = builder.build();
		HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
		return answer.body();
	}

	@Test
	@DisplayName("Security 5 Client trap: TLS with the bundle's trust and no key store, and refused without it")
	void tls() throws InterruptedException {
		try (TestCertificates certificates = TestCertificates.generate();
				ConsulServer server = ConsulServer.options().tls(certificates).start();
				Backend trusting = backend(server.address(), null, null, certificates.trustingContext());
				Backend platform = backend(server.address(), null, null, null)) {
			assertThat(server.address()).startsWith("https://");
			useAll(trusting);
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> platform.config().get(Set.of(ID)))
				.withMessageContaining("TLS failed");
		}
	}

	@Test
	@DisplayName("Security 5: mutual TLS, and refused without a certificate")
	void mutualTls() throws InterruptedException {
		try (TestCertificates certificates = TestCertificates.generate();
				ConsulServer server = ConsulServer.options().mutualTls(certificates).start();
				Backend known = backend(server.address(), null, null, certificates.clientContext());
				Backend unknown = backend(server.address(), null, null, certificates.trustingContext())) {
			useAll(known);
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> unknown.config().get(Set.of(ID)));
		}
	}

}
