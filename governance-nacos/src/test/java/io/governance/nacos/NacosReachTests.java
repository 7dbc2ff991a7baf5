package io.governance.nacos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.TcpProxy;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A server that is not where it is looked for, or does not answer.
 */
@Timeout(180)
class NacosReachTests {

	private final String namespace = "reach-" + UUID.randomUUID().toString().substring(0, 8);

	private final DocumentId orders = new DocumentId(this.namespace, "shop", "orders.yaml");

	private final NacosFixture fixture = new NacosFixture();

	private void assertUnreachable(String address) {
		try (Backend backend = this.fixture.open(address, this.namespace)) {
			long begun = System.nanoTime();
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().get(Set.of(this.orders)))
				.withMessageContaining(address)
				.withMessageContaining("gRPC");
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "nacos.invalid:8848", "127.0.0.1:1" })
	@DisplayName("F4 A wrong host and a wrong port are told with the address")
	void wrongAddressIsTold(String address) {
		assertUnreachable(address);
	}

	@Test
	@DisplayName("Client trap (the second port): the port of HTTP without the one of gRPC is told as such")
	void missingGrpcPortIsTold() {
		String address = this.fixture.address();
		try (TcpProxy http = TcpProxy.to(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)))) {
			assertUnreachable(http.address());
		}
	}

	@Test
	@DisplayName("A way that stalls is told as a loss, calls end in time, and it comes back")
	void stalledWayIsLostAndComesBack() {
		RecordingConfigListener documents = new RecordingConfigListener();
		try (NacosWay way = NacosWay.to(this.fixture.address());
				Backend direct = this.fixture.open(this.fixture.address(), this.namespace);
				Backend backend = new NacosBackendFactory()
					.create(BackendEnvironment.of("nacos", this.namespace, NacosFixture.settings(way.address())))) {
			direct.config().publish(List.of(Publication.put(this.orders, "a: 1")), Author.of("alice"));
			backend.config().watch(Set.of(this.orders), documents);
			awaitContent(documents, "a: 1");
			way.hang();
			long begun = System.nanoTime();
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().get(Set.of(this.orders)))
				.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("GrpcFuture"));
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(6));
			Awaitility.await()
				.atMost(Duration.ofSeconds(15))
				.until(() -> documents.connections().contains(ConnectionState.DISCONNECTED));
			direct.config().publish(List.of(Publication.put(this.orders, "a: 2")), Author.of("alice"));
			way.restore();
			awaitContent(documents, "a: 2");
		}
	}

	@Test
	@DisplayName("F4 of a name that leads to several addresses, those that answer are used")
	void nameMayLeadToSeveralAddresses(@TempDir Path directory) throws Exception {
		Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.9 nacos.test\n127.0.0.1 nacos.test\n");
		// Listens at one of the two alone.
		try (NacosWay way = NacosWay.to(this.fixture.address());
				Backend direct = this.fixture.open(this.fixture.address(), this.namespace)) {
			Process owner = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"-Djdk.net.hosts.file=" + hosts, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-cp",
					System.getProperty("java.class.path"), Owner.class.getName(),
					way.address().replace("127.0.0.1", "nacos.test"), this.namespace)
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
			try {
				Awaitility.await()
					.atMost(Duration.ofSeconds(60))
					.until(() -> direct.discovery().read("orders").size() == 1);
			}
			finally {
				owner.destroyForcibly().waitFor();
			}
		}
	}

	private void awaitContent(RecordingConfigListener documents, String content) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> content.equals(documents.latest(this.orders)));
	}

	/** Keeps an instance registered until its input ends. */
	static final class Owner {

		private Owner() {
		}

		/**
		 * Runs.
		 * @param arguments the address and the namespace
		 */
		public static void main(String[] arguments) throws IOException {
			try (Backend backend = new NacosFixture().open(arguments[0], arguments[1]);
					RegistrationKeeper keeper = new RegistrationKeeper(backend.registry(),
							RegistrationSettings.DEFAULTS, (event) -> {
							}, RandomGenerator.getDefault(), System::nanoTime)) {
				keeper.register(Instance.of("orders", "127.0.0.1", 8001).build());
				while (System.in.read() >= 0) {
					// Nothing is expected: the end of the input is the end of the parent.
				}
			}
		}

	}

}
