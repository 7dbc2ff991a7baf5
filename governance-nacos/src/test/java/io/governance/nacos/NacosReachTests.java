package io.governance.nacos;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.TcpProxy;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
	@DisplayName("The port of HTTP without the one of gRPC is told as such")
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
				.isThrownBy(() -> backend.config().get(Set.of(this.orders)));
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(6));
			Awaitility.await()
				.atMost(Duration.ofSeconds(15))
				.until(() -> documents.connections().contains(ConnectionState.DISCONNECTED));
			direct.config().publish(List.of(Publication.put(this.orders, "a: 2")), Author.of("alice"));
			way.restore();
			awaitContent(documents, "a: 2");
		}
	}

	private void awaitContent(RecordingConfigListener documents, String content) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> content.equals(documents.latest(this.orders)));
	}

}
