package io.governance.consul;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import io.governance.testservers.ConsulServer;
import io.governance.testservers.TestCertificates;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tokens and TLS on real agents. */
@Timeout(120)
class ConsulSecurityTests {

	private static final DocumentId ID = new DocumentId("dev", "shop", "orders.yaml");

	private static final String TOKEN = "7a1e0c0a-5a52-4f4b-8d1c-0d8d1f6c3b11";

	private static Backend backend(String address, String token, String tokenFile, SSLContext ssl) {
		ConsulSettings settings = new ConsulSettings(List.of(address), null, null, null, token, tokenFile,
				(ssl != null) ? "mine" : null, null, null, null, null, null);
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
				publisher.config().publish(List.of(Publication.put(ID, "one")), Author.of("alice"));
				Awaitility.await().until(() -> told.contains("one"));
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

	private static List<String> policies() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "operators.md"));
		return Pattern.compile("```hcl\n(.*?)```", Pattern.DOTALL)
			.matcher(page)
			.results()
			.map((block) -> block.group(1))
			.toList();
	}

	private static void allow(ConsulServer server, String name, String rules, String token) throws Exception {
		manage(server, "/v1/acl/policy", JsonMapper.shared().writeValueAsString(Map.of("Name", name, "Rules", rules)));
		manage(server, "/v1/acl/token",
				"{\"SecretID\": \"" + token + "\", \"Policies\": [{\"Name\": \"" + name + "\"}]}");
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

	private static String manage(ConsulServer server, String path, String json) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(server.address() + path))
			.header("X-Consul-Token", TOKEN)
			.PUT(HttpRequest.BodyPublishers.ofString(json))
			.build();
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
