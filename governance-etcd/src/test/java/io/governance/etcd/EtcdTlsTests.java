package io.governance.etcd;

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
import io.governance.testkit.SwitchableContext;
import io.governance.testkit.TcpProxy;
import io.governance.testservers.EtcdServer;
import io.governance.testservers.TestCertificates;
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
import static org.awaitility.Awaitility.await;

/**
 * A server that speaks TLS only and wants a certificate of its clients.
 */
@Timeout(60)
class EtcdTlsTests {

	private static final DocumentId ID = new DocumentId("dev", "default", "orders.yaml");

	private static TestCertificates certificates;

	private static TestCertificates strangers;

	private static EtcdServer server;

	@BeforeAll
	static void startServer() {
		certificates = TestCertificates.generate();
		strangers = TestCertificates.generate();
		server = EtcdServer.options().mutualTls(certificates).start();
	}

	@AfterAll
	static void endServer() {
		server.close();
		certificates.close();
		strangers.close();
	}

	private static Backend open(SSLContext context) {
		return open(server.address(), context);
	}

	private static Backend open(String address, SSLContext context) {
		EtcdSettings settings = new EtcdSettings(List.of(address), null, null, null, "fleet", Duration.ofSeconds(15),
				null, null);
		return new EtcdBackendFactory()
			.create(BackendEnvironment.of("etcd", "dev", settings, Map.of("fleet", context)));
	}

	@Test
	void certificateOfTheFleetIsLetIn() {
		assertThat(server.address()).startsWith("https://");
		try (Backend backend = open(certificates.clientContext())) {
			backend.config().publish(List.of(Publication.put(ID, "a: 1")), Author.of("test"));
			RecordingConfigListener listener = new RecordingConfigListener();
			backend.config().watch(Set.of(ID), listener);
			await().until(() -> listener.latest(ID).equals("a: 1"));
		}
	}

	@Test
	@DisplayName("(c) 5 a server of a wrong authority, and a client without a certificate, are refused in time")
	void wrongCertificatesAreRefused() {
		for (SSLContext wrong : List.of(strangers.clientContext(), certificates.trustingContext())) {
			try (Backend backend = open(wrong)) {
				long start = System.nanoTime();
				assertThatExceptionOfType(BackendUnavailableException.class)
					.isThrownBy(() -> backend.config().get(Set.of(ID)))
					.withMessageContaining(server.address())
					.withMessageContaining("Check the certificates")
					.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("Channel"));
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
			}
		}
	}

	@Test
	@DisplayName("(c) 5 a server whose certificate is that of another host is refused in words")
	void certificateOfAnotherHostIsRefused() throws Exception {
		InetAddress other = InetAddress.getByName("127.0.0.2");
		try (TcpProxy proxy = TcpProxy.to(URI.create(server.address()).getPort(), other);
				Backend backend = open("https://" + proxy.address(), certificates.clientContext())) {
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().get(Set.of(ID)))
				.withMessageContaining("https://" + proxy.address())
				.withMessageContaining("No subject alternative names matching IP address 127.0.0.2")
				.withMessageContaining("Check the certificates");
			RecordingConfigListener listener = new RecordingConfigListener();
			backend.config().watch(Set.of(ID), listener);
			await().atMost(Duration.ofSeconds(20))
				.until(() -> listener.connections().equals(List.of(ConnectionState.DISCONNECTED)));
			assertThat(listener.deliveries()).isEmpty();
		}
	}

	@Test
	@DisplayName("(c) 5 a server that wants TLS takes no plain text, and a plain one no TLS; neither is tried the other way")
	void tlsAndPlainTextDoNotMeet() {
		Backend plain = Etcds.open(
				Etcds.settings(Duration.ofSeconds(15), Etcds.LONG_LEASE, server.address().replace("https:", "http:")),
				"dev");
		Backend tls = open(EtcdServer.shared().address().replace("http:", "https:"), certificates.clientContext());
		for (Backend wrong : List.of(plain, tls)) {
			try (Backend backend = wrong) {
				long start = System.nanoTime();
				assertThatExceptionOfType(BackendUnavailableException.class)
					.isThrownBy(() -> backend.config().get(Set.of(ID)))
					.withMessageContaining("127.0.0.1")
					.withMessageContaining("http:// or https:// as the server speaks it")
					.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("Channel"));
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
			}
		}
	}

	@Test
	@DisplayName("(c) 5 a watch goes on with the keys of today when its connection breaks after an exchange")
	void watchGoesOnWithExchangedKeys() {
		SwitchableContext context = new SwitchableContext(certificates.clientContext());
		try (TcpProxy proxy = TcpProxy.to(URI.create(server.address()).getPort());
				Backend backend = open("https://" + proxy.address(), context);
				Backend other = open(certificates.clientContext())) {
			other.config().publish(List.of(Publication.put(ID, "a: 1")), Author.of("test"));
			RecordingConfigListener listener = new RecordingConfigListener();
			backend.config().watch(Set.of(ID), listener);
			await().until(() -> listener.latest(ID).equals("a: 1"));
			context.use(strangers.clientContext());
			other.config().publish(List.of(Publication.put(ID, "a: 2")), Author.of("test"));
			await().until(() -> listener.latest(ID).equals("a: 2"));
			assertThat(listener.connections()).as("a connection that is made stays").isEmpty();
			proxy.dropConnections();
			await().atMost(Duration.ofSeconds(20))
				.until(() -> listener.connections().equals(List.of(ConnectionState.DISCONNECTED)));
			context.use(certificates.clientContext());
			other.config().publish(List.of(Publication.put(ID, "a: 3")), Author.of("test"));
			await().atMost(Duration.ofSeconds(10)).until(() -> listener.latest(ID).equals("a: 3"));
			assertThat(listener.texts(ID)).containsExactly("a: 1", "a: 2", "a: 3");
		}
	}

	@Test
	@DisplayName("(c) 5 keys that are exchanged while the process runs are used by the next connection")
	void exchangedKeysAreUsed() {
		SwitchableContext context = new SwitchableContext(certificates.trustingContext());
		try (Backend backend = open(context)) {
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().get(Set.of(ID)));
			context.use(certificates.clientContext());
			await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> {
				backend.config().get(Set.of(ID));
				return true;
			});
		}
	}

	@Test
	@DisplayName("(c) 5 keys of spring.ssl.bundle that are exchanged while an application runs are used from then on")
	void exchangedKeysOfABundleAreUsed(@TempDir Path directory) throws IOException {
		use(strangers, directory);
		try (Backend writer = open(certificates.clientContext());
				ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
					.web(WebApplicationType.NONE)
					.run("--governance.backend=etcd", "--governance.etcd.endpoints=" + server.address(),
							"--governance.namespace=dev", "--governance.etcd.ssl-bundle=fleet",
							"--spring.ssl.bundle.watch.file.quiet-period=50ms",
							"--spring.ssl.bundle.pem.fleet.reload-on-update=true",
							"--spring.ssl.bundle.pem.fleet.keystore.certificate=" + directory.resolve("client.crt"),
							"--spring.ssl.bundle.pem.fleet.keystore.private-key=" + directory.resolve("client.key"),
							"--spring.ssl.bundle.pem.fleet.truststore.certificate="
									+ directory.resolve("authority.crt"))) {
			writer.config().publish(List.of(Publication.put(ID, "a: bundle")), Author.of("test"));
			Backend backend = application.getBean(Backend.class);
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().get(Set.of(ID)))
				.withMessageContaining("Check the certificates");
			RecordingConfigListener listener = new RecordingConfigListener();
			backend.config().watch(Set.of(ID), listener);
			await().until(() -> listener.connections().contains(ConnectionState.DISCONNECTED));
			use(certificates, directory);
			await().atMost(Duration.ofSeconds(20)).until(() -> listener.latest(ID).equals("a: bundle"));
			assertThat(backend.config().get(Set.of(ID)).find(ID)).isPresent();
		}
	}

	private static void use(TestCertificates certificates, Path directory) throws IOException {
		Files.writeString(directory.resolve("authority.crt"), Files.readString(certificates.authority()));
		Files.writeString(directory.resolve("client.crt"), Files.readString(certificates.clientCertificate()));
		Files.writeString(directory.resolve("client.key"), Files.readString(certificates.clientKey()));
	}

	/** As an application of a user. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
