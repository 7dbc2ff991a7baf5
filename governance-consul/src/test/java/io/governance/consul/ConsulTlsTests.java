package io.governance.consul;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.net.ssl.SSLContext;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.TcpProxy;
import io.governance.testservers.ConsulServer;
import io.governance.testservers.TestCertificates;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** An agent that lets in only clients with a certificate of its own authority. */
@Timeout(90)
class ConsulTlsTests {

	private static final DocumentId ID = new DocumentId("dev", "shop", "orders.yaml");

	private static TestCertificates certificates;

	private static TestCertificates strangers;

	private static ConsulServer server;

	@BeforeAll
	static void startServer() {
		certificates = TestCertificates.generate();
		strangers = TestCertificates.generate();
		server = ConsulServer.options().mutualTls(certificates).start();
	}

	@AfterAll
	static void endServer() {
		server.close();
		certificates.close();
		strangers.close();
	}

	private static ConsulSettings settings(String... addresses) {
		return new ConsulSettings(List.of(addresses), null, null, null, null, null, "fleet", Duration.ofSeconds(15),
				null, null, null, null);
	}

	private static Backend open(String address, SSLContext context) {
		ConsulSettings settings = settings(address);
		return new ConsulBackendFactory()
			.create(BackendEnvironment.of("consul", "dev", settings, Map.of("fleet", context)));
	}

	private static void assertRefused(String address, SSLContext context, String... words) {
		try (Backend backend = open(address, context)) {
			long begun = System.nanoTime();
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().get(Set.of(ID)))
				.satisfies((ex) -> assertThat(ex.getMessage()).contains(address, "ssl-bundle").contains(words));
			RecordingConfigListener listener = new RecordingConfigListener();
			backend.config().watch(Set.of(ID), listener);
			Awaitility.await()
				.untilAsserted(() -> assertThat(listener.connections()).containsExactly(ConnectionState.DISCONNECTED));
			assertThat(listener.deliveries()).isEmpty();
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
		}
	}

	@Test
	@DisplayName("F4 Security 5: an agent of an unknown authority is refused in words, and so is a client")
	void unknownAuthority() {
		assertRefused(server.address(), strangers.clientContext(), "TLS failed: ", "PKIX path");
		assertRefused(server.address(), certificates.trustingContext(), "gave no answer");
	}

	@Test
	@DisplayName("F4 Security 5: an agent whose certificate names another host is refused in words")
	void certificateOfAnotherHost() throws IOException {
		// The same agent by an address that its certificate does not name.
		int port = URI.create(server.address()).getPort();
		try (TcpProxy elsewhere = TcpProxy.to(port, InetAddress.getByName("127.0.0.2"))) {
			assertRefused("https://" + elsewhere.address(), certificates.clientContext(), "TLS failed",
					"No subject alternative names matching IP address 127.0.0.2 found");
		}
	}

	@Test
	@DisplayName("Security 5: an agent that wants TLS and is asked without it is told of in words")
	void plainTextToAnAgentThatWantsTls() {
		ConsulSettings settings = new ConsulSettings(List.of(server.address().replace("https:", "http:")), null, null,
				null, null, null, null, Duration.ofSeconds(15), null, null, null, null);
		try (Backend backend = new ConsulBackendFactory().create(BackendEnvironment.of("consul", "dev", settings))) {
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().get(Set.of(ID)))
				.withMessageContaining("https");
		}
	}

	@Test
	@DisplayName("F4 What failed before there was a connection goes to the next agent, also what may not be sent twice")
	void handshakeThatFailsSendsNothing() throws IOException {
		try (RawServer broken = new RawServer("").thatHangsUp();
				ConsulClient client = new ConsulClient("consul",
						settings(broken.agent("https").toURI(), server.address()), certificates.clientContext())) {
			assertThat(client.write(ConsulRequest.putOnce("/v1/kv/handshake", "1")).body().strip()).isEqualTo("true");
			assertThat(broken.connections()).isEqualTo(1);
		}
	}

	@Test
	@DisplayName("Security 5: certificates that are exchanged while an application runs are used from then on")
	void exchangedCertificates(@TempDir Path directory) throws IOException {
		use(strangers, directory);
		try (Backend writer = open(server.address(), certificates.clientContext());
				ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
					.web(WebApplicationType.NONE)
					.run("--governance.backend=consul", "--governance.consul.addresses=" + server.address(),
							"--governance.namespace=dev", "--governance.consul.ssl-bundle=fleet",
							"--governance.consul.timeout=15s", "--spring.cloud.consul.enabled=false",
							"--spring.ssl.bundle.watch.file.quiet-period=50ms",
							"--spring.ssl.bundle.pem.fleet.reload-on-update=true",
							"--spring.ssl.bundle.pem.fleet.keystore.certificate=" + directory.resolve("client.crt"),
							"--spring.ssl.bundle.pem.fleet.keystore.private-key=" + directory.resolve("client.key"),
							"--spring.ssl.bundle.pem.fleet.truststore.certificate="
									+ directory.resolve("authority.crt"))) {
			writer.config().publish(List.of(Publication.put(ID, "one")), Author.of("me"));
			Backend backend = application.getBean(Backend.class);
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().get(Set.of(ID)))
				.withMessageContaining("TLS failed");
			RecordingConfigListener listener = new RecordingConfigListener();
			backend.config().watch(Set.of(ID), listener);
			Awaitility.await().until(() -> listener.connections().contains(ConnectionState.DISCONNECTED));
			use(certificates, directory);
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> listener.latest(ID).equals("one"));
			assertThat(backend.config().get(Set.of(ID)).find(ID)).isPresent();
		}
	}

	private static void use(TestCertificates certificates, Path directory) throws IOException {
		Files.writeString(directory.resolve("authority.crt"), Files.readString(certificates.authority()));
		Files.writeString(directory.resolve("client.crt"), Files.readString(certificates.clientCertificate()));
		Files.writeString(directory.resolve("client.key"), Files.readString(certificates.clientKey()));
	}

	/** As an application of a user. */
	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
