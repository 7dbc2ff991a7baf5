package io.governance.boot.call;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

import io.governance.boot.call.FaultyServer.Fault;
import io.governance.loadbalancer.InstanceStats;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Spring Cloud Gateway on WebFlux. */
class GatewayTests extends AbstractGatewayTests {

	GatewayTests() {
		super("webflux", "=Retry=3");
	}

	@Test
	void callerThatGoesAwayEndsTheCall() {
		this.gateway.named("slow", this.gateway.server(Fault.HANGS).port());
		HttpRequest request = HttpRequest.newBuilder(uri("slow")).timeout(Duration.ofMillis(500)).build();
		assertThatExceptionOfType(HttpTimeoutException.class)
			.isThrownBy(() -> this.http.send(request, BodyHandlers.ofString()));
		InstanceStats stats = this.gateway.stats("slow", "i0");
		await().untilAsserted(() -> assertThat(stats.inFlight()).isZero());
		assertThat(stats.failed()).isZero();
		assertThat(stats.ended()).isEqualTo(1);
	}

}
