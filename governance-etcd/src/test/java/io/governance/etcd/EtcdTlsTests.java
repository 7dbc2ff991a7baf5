package io.governance.etcd;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;

import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.SwitchableContext;
import io.governance.testservers.EtcdServer;
import io.governance.testservers.TestCertificates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
		EtcdSettings settings = new EtcdSettings(List.of(server.address()), null, null, null, "fleet", null, null,
				null);
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
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
			}
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

}
