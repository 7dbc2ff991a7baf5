package io.governance.nacos;

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
import io.governance.registry.Instance;
import io.governance.testservers.NacosServer;
import io.governance.testservers.TestCertificates;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A server whose gRPC port speaks TLS alone, and lets in who has a certificate.
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
		String tls = "nacos.remote.server.rpc.tls.";
		server = NacosServer.options()
			.property(tls + "enableTls", "true")
			.property(tls + "compatibility", "false")
			.property(tls + "mutualAuthEnable", "true")
			.property(tls + "trustCollectionCertFile", "file:" + certificates.authority())
			.property(tls + "certChainFile", "file:" + certificates.serverCertificate())
			.property(tls + "certPrivateKey", "file:" + certificates.serverKey())
			.start();
	}

	@AfterAll
	static void stop() {
		if (server != null) {
			server.close();
		}
		certificates.close();
	}

	private static Backend open(@Nullable SSLContext context) {
		NacosSettings settings = new NacosSettings(List.of(NacosFixture.address(server.address())), null, null, null,
				null, null, null, null, null, null, (context != null) ? "mine" : null);
		return new NacosBackendFactory().create(BackendEnvironment.of("nacos", "dev", settings,
				(context != null) ? Map.of("mine", context) : Map.of()));
	}

	@Test
	void certificateOpensTheDoor() {
		try (Backend backend = open(certificates.clientContext())) {
			backend.config().publish(PUT, Author.of("alice"));
			assertThat(backend.config().get(Set.of(ORDERS)).find(ORDERS).orElseThrow().text()).isEqualTo("a: 1");
			Instance instance = Instance.of("orders", "127.0.0.1", 8001).build();
			backend.registry().put("orders", List.of(instance));
			assertThat(backend.registry().observe("orders")).containsExactly(instance);
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

}
