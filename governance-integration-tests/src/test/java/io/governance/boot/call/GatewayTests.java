package io.governance.boot.call;

import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.governance.boot.call.FaultyServer.Fault;
import io.governance.loadbalancer.InstanceStats;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Spring Cloud Gateway on WebFlux. */
class GatewayTests extends AbstractGatewayTests {

	GatewayTests() {
		super("webflux", "=Retry=3");
	}

	@Override
	protected Class<?> application() {
		return ImpatientGateway.class;
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

	@Test
	void routeThatAFilterGivesUpEndsTheCall() throws Exception {
		FaultyServer hangs = this.gateway.server(Fault.HANGS);
		this.gateway.named("stuck", hangs.port());
		InstanceStats stats = this.gateway.stats("stuck", "i0");
		CompletableFuture<HttpResponse<Void>> answer = this.http.sendAsync(HttpRequest.newBuilder(uri("stuck")).build(),
				BodyHandlers.discarding());
		await().until(() -> hangs.requests().size() == 1);
		assertThat(stats.inFlight()).isOne();
		this.gateway.bean(Impatience.class).giveUp();
		assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(504);
		await().untilAsserted(() -> assertThat(stats.inFlight()).isZero());
		assertThat(stats.cancelled()).isEqualTo(stats.ended()).isEqualTo(1);
	}

	@Test
	void timeThatTheCallerTakesIsNotThatOfTheInstance() throws Exception {
		FaultyServer hangs = this.gateway.server(Fault.HANGS);
		this.gateway.named("hurried", hangs.port());
		InstanceStats stats = this.gateway.stats("hurried", "i0");
		try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), uri("hurried").getPort())) {
			caller.getOutputStream()
				.write("POST /hurried HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000000\r\n\r\nabc"
					.getBytes(StandardCharsets.US_ASCII));
			await().until(() -> stats.ended() == 1);
			assertThat(stats.failed()).isZero();
		}
		HttpRequest whole = HttpRequest.newBuilder(uri("hurried")).POST(BodyPublishers.ofString("abc")).build();
		assertThat(this.http.send(whole, BodyHandlers.discarding()).statusCode()).isEqualTo(504);
		await().until(() -> stats.ended() == 2);
		assertThat(stats.failed()).isEqualTo(1);
	}

	/** A gateway with a filter that gives a route up. */
	@Import({ GatewayApplication.class, Impatience.class })
	static class ImpatientGateway {

	}

	/** Gives a route up as a circuit breaker does, and answers for it. */
	static class Impatience implements GlobalFilter, Ordered {

		private final Sinks.Empty<Void> end = Sinks.empty();

		void giveUp() {
			this.end.tryEmitEmpty();
		}

		@Override
		public int getOrder() {
			return 0;
		}

		@Override
		public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
			Mono<Void> route = chain.filter(exchange);
			return !exchange.getRequest().getPath().value().equals("/stuck") ? route : route
				.takeUntilOther(this.end.asMono())
				.then(Mono.fromRunnable(() -> exchange.getResponse().setStatusCode(HttpStatus.GATEWAY_TIMEOUT)));
		}

	}

}
