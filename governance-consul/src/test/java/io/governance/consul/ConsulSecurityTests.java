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
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

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
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.testservers.ConsulServer;
import io.governance.testservers.TestCertificates;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
	@DisplayName("Security 9: a token with the rights that the docs name, and no other, is enough")
	void leastPrivilegeIsEnough() throws Exception {
		String rules = "key_prefix \\\"governance/\\\" { policy = \\\"write\\\" } "
				+ "service \\\"orders\\\" { policy = \\\"write\\\" } "
				+ "service_prefix \\\"\\\" { policy = \\\"read\\\" } node_prefix \\\"\\\" { policy = \\\"read\\\" } "
				+ "session_prefix \\\"\\\" { policy = \\\"write\\\" }";
		String token = "2b7e1516-28ae-d2a6-abf7-158809cf4f3c";
		try (ConsulServer server = ConsulServer.options().acl(TOKEN).start()) {
			manage(server, "/v1/acl/policy", "{\"Name\": \"orders\", \"Rules\": \"" + rules + "\"}");
			manage(server, "/v1/acl/token",
					"{\"SecretID\": \"" + token + "\", \"Policies\": [{\"Name\": \"orders\"}]}");
			try (Backend orders = backend(server.address(), token, null, null)) {
				useAll(orders);
				Instance draining = Instance.of("orders", "127.0.0.1", 80).status(InstanceStatus.DRAINING).build();
				orders.registry().put("orders", List.of(draining));
				assertThat(orders.registry().observe("orders")).containsExactly(draining);
				assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(
						() -> orders.registry().put("stock", List.of(Instance.of("stock", "127.0.0.1", 81).build())));
			}
		}
	}

	private static void manage(ConsulServer server, String path, String json) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(server.address() + path))
			.header("X-Consul-Token", TOKEN)
			.PUT(HttpRequest.BodyPublishers.ofString(json))
			.build();
		HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
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
