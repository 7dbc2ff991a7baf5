package io.governance.boot.call;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

import io.governance.boot.call.FaultyServer.Fault;
import io.governance.loadbalancer.InstanceStats;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Spring Cloud Gateway on WebFlux. */
class GatewayTests extends AbstractGatewayTests {

	GatewayTests() {
		super("webflux", "=Retry=3");
	}

	@Test
	void callerThatGoesAwayEndsTheCall() {
		FaultyServer hangs = this.gateway.server(Fault.HANGS);
		this.gateway.named("slow", hangs.port());
		InstanceStats stats = this.gateway.stats("slow", "i0");
		CompletableFuture<?> answer = this.http.sendAsync(HttpRequest.newBuilder(uri("slow")).build(),
				BodyHandlers.discarding());
		await().until(() -> hangs.requests().size() == 1);
		assertThat(stats.inFlight()).isOne();
		answer.cancel(true);
		await().until(() -> stats.inFlight() == 0);
		assertThat(stats.failed()).isZero();
		assertThat(stats.ended()).isEqualTo(1);
	}

}
