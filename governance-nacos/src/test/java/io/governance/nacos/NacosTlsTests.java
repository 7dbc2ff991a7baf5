package io.governance.nacos;

import java.io.IOException;
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
import io.governance.registry.Instance;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.SwitchableContext;
import io.governance.testservers.NacosServer;
import io.governance.testservers.TestCertificates;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
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

/**
 * A server that speaks TLS alone, over gRPC and HTTP, and lets in who has a certificate.
 */
@Timeout(180)
class NacosTlsTests {

	private static final DocumentId ORDERS = new DocumentId("dev", "shop", "orders.yaml");

	private static final List<Publication> PUT = List.of(Publication.put(ORDERS, "a: 1"));

	private static TestCertificates certificates;

	private static @Nullable NacosServer server;

	@BeforeAll
	static void start() {
		certificates = TestCertificates.generate();
		server = NacosServer.options().mutualTls(certificates).start();
	}

	@AfterAll
	static void stop() {
		if (server != null) {
			server.close();
		}
		certificates.close();
	}

	private static Backend open(@Nullable SSLContext context) {
		return open(NacosFixture.address(server.address()), context);
	}

	private static Backend open(String address, @Nullable SSLContext context) {
		NacosSettings settings = new NacosSettings(List.of(address), null, null, null, null, null, null, null, null,
				null, (context != null) ? "mine" : null);
		return new NacosBackendFactory().create(BackendEnvironment.of("nacos", "dev", settings,
				(context != null) ? Map.of("mine", context) : Map.of()));
	}

	@Test
	void certificateOpensTheDoor() {
		try (Backend backend = open(certificates.clientContext())) {
			backend.config().publish(PUT, Author.of("alice"));
			assertThat(backend.config().get(Set.of(ORDERS)).find(ORDERS).orElseThrow().text()).isEqualTo("a: 1");
			assertThat(backend.config().list("dev", "shop")).containsExactly(ORDERS);
			assertThat(backend.config().history(ORDERS, 1)).hasSize(1);
			Instance instance = Instance.of("orders", "127.0.0.1", 8001).build();
			backend.registry().put("orders", List.of(instance));
			Awaitility.await()
				.untilAsserted(() -> assertThat(backend.registry().observe("orders")).containsExactly(instance));
		}
	}

	@Test
	@DisplayName("(c)5 No certificate, an authority that is not trusted, and plain text do not")
	void nothingElseDoes() throws Exception {
		for (Backend backend : List.of(open(certificates.trustingContext()), open(SSLContext.getDefault()),
				open(null))) {
			try (backend) {
				assertThatExceptionOfType(BackendUnavailableException.class)
					.isThrownBy(() -> backend.config().publish(PUT, Author.of("mallory")));
			}
		}
	}

	@Test
	@DisplayName("(c)5 A server whose certificate is for another host is refused, over gRPC and over HTTP")
	void certificateOfAnotherHostIsRefused() {
		String another = NacosFixture.address(server.address()).replace("127.0.0.1", "127.0.0.2");
		try (Backend backend = open(another, certificates.clientContext())) {
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().get(Set.of(ORDERS)));
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().list("dev", "shop"))
				.withMessageContaining("127.0.0.2");
		}
	}

	@Test
	@DisplayName("(c)5 An application uses the bundle it names, and certificates that are exchanged while it runs")
	void applicationUsesItsBundle(@TempDir Path directory) throws IOException {
		TestCertificates strangers = TestCertificates.generate();
		try (strangers; Backend writer = open(certificates.clientContext())) {
			use(strangers, directory);
			writer.config().publish(PUT, Author.of("alice"));
			try (ConfigurableApplicationContext application = run(directory)) {
				Backend backend = application.getBean(Backend.class);
				assertThatExceptionOfType(BackendUnavailableException.class)
					.isThrownBy(() -> backend.config().get(Set.of(ORDERS)));
				RecordingConfigListener documents = new RecordingConfigListener();
				backend.config().watch(Set.of(ORDERS), documents);
				Awaitility.await()
					.atMost(Duration.ofSeconds(20))
					.until(() -> documents.connections().contains(ConnectionState.DISCONNECTED));
				assertThat(documents.deliveries()).isEmpty();
				use(certificates, directory);
				Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> documents.latest(ORDERS).equals("a: 1"));
				assertThat(backend.config().list("dev", "shop")).containsExactly(ORDERS);
				Instance instance = Instance.of("orders", "127.0.0.1", 8001).build();
				backend.registry().put("orders", List.of(instance));
				Awaitility.await()
					.untilAsserted(() -> assertThat(backend.registry().observe("orders")).containsExactly(instance));
			}
		}
	}

	private static ConfigurableApplicationContext run(Path directory) {
		String bundle = "--spring.ssl.bundle.pem.fleet.";
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.run("--governance.backend=nacos", "--governance.namespace=dev",
					"--governance.nacos.addresses=" + NacosFixture.address(server.address()),
					"--governance.nacos.ssl-bundle=fleet", "--spring.cloud.nacos.discovery.enabled=false",
					"--spring.ssl.bundle.watch.file.quiet-period=50ms", bundle + "reload-on-update=true",
					bundle + "keystore.certificate=" + directory.resolve("client.crt"),
					bundle + "keystore.private-key=" + directory.resolve("client.key"),
					bundle + "truststore.certificate=" + directory.resolve("authority.crt"));
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

	@Test
	@DisplayName("(c)5 Keys that are exchanged while the process runs are used by the next connection")
	void exchangedKeysAreUsed() {
		SwitchableContext context = new SwitchableContext(certificates.trustingContext());
		try (Backend backend = open(context)) {
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().get(Set.of(ORDERS)));
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().list("dev", "shop"));
			context.use(certificates.clientContext());
			Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
				backend.config().get(Set.of(ORDERS));
				backend.config().list("dev", "shop");
				return true;
			});
		}
	}

}
