package io.governance.boot.call;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.governance.boot.call.CallingApplication.Clients;
import io.governance.boot.call.FaultyServer.Fault;
import io.governance.boot.loadbalancer.CallRefusedException;
import io.governance.boot.loadbalancer.NoInstanceException;
import io.governance.loadbalancer.InstanceStats;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.blockhound.BlockHound;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.MultipartBodyBuilder;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** Calls over real connections to servers that misbehave. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class CallTests {

	@TempDir
	private static Path directory;

	private CallingApplication app;

	@BeforeAll
	void open() {
		// Spring Cloud LoadBalancer builds its child contexts on the event loop, and
		// Spring
		// reads random numbers there.
		BlockHound.install((builder) -> builder
			.allowBlockingCallsInside("org.springframework.cloud.context.named.NamedContextFactory", "createContext")
			.allowBlockingCallsInside("org.springframework.util.MimeTypeUtils", "generateMultipartBoundary"));
		// Workers that were idle at that moment would count as blocked.
		Schedulers.shutdownNow();
		List<String> properties = new ArrayList<>(List.of("governance.call.breaker.minimum-calls=4",
				"governance.call.services.total.breaker=false", "governance.call.services.once.retry=false",
				"governance.call.services.once.breaker=false", "governance.call.services.patient.try-timeout=0s",
				"governance.call.services.patient.deadline=0s", "governance.call.services.patient.breaker=false"));
		// Only where an instance hangs: whoever answers may take his time.
		for (Client client : Client.values()) {
			properties.add("governance.call.services." + hanging("put", client) + ".try-timeout=1200ms");
			properties.add("governance.call.services." + hanging("post", client) + ".try-timeout=700ms");
			properties.add("governance.call.services." + hanging("get", client) + ".try-timeout=600ms");
			properties.add("governance.call.services." + hanging("get", client) + ".deadline=1500ms");
		}
		this.app = new CallingApplication(directory, Clients.class, properties.toArray(String[]::new));
	}

	/** A service with short limits, which no other test has. */
	private static String hanging(String method, Client client) {
		return method + "-" + client.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	@AfterAll
	void close() {
		this.app.close();
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void triesAnotherInstanceWhateverTheMethodIfNothingWasSent(Client client) {
		FaultyServer fine = this.app.server(Fault.NONE);
		for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PATCH)) {
			String service = this.app.service(FaultyServer.deadPort(), fine.port());
			for (int i = 0; i < 2; i++) {
				assertThat(client.call(this.app, method, service, (method == HttpMethod.GET) ? null : "body"))
					.isEqualTo("fine");
			}
			await().untilAsserted(() -> assertThat(this.app.stats(service, "i1").succeeded()).isEqualTo(2));
			assertThat(this.app.stats(service, "i0").failed()).isBetween(1L, 2L);
			assertThat(this.app.endpoints(service)).allMatch((endpoint) -> endpoint.stats().inFlight() == 0);
		}
		assertThat(fine.requests()).filteredOn((request) -> request.startsWith("P"))
			.allMatch((r) -> r.endsWith("body"));
	}

	@ParameterizedTest
	@CsvSource({ "REST_CLIENT_JDK, CLOSES", "REST_CLIENT_JDK, UNAVAILABLE", "REST_CLIENT_JDK, HANGS",
			"REST_CLIENT_NETTY, CLOSES", "REST_CLIENT_NETTY, UNAVAILABLE", "REST_CLIENT_NETTY, HANGS",
			"REST_TEMPLATE, CLOSES", "REST_TEMPLATE, UNAVAILABLE", "REST_TEMPLATE, HANGS", "WEB_CLIENT_NETTY, CLOSES",
			"WEB_CLIENT_NETTY, UNAVAILABLE", "WEB_CLIENT_NETTY, HANGS", "WEB_CLIENT_JDK, CLOSES",
			"WEB_CLIENT_JDK, UNAVAILABLE", "WEB_CLIENT_JDK, HANGS" })
	void triesAnotherInstanceForIdempotentMethodsAlone(Client client, Fault fault) {
		FaultyServer faulty = this.app.server(fault);
		FaultyServer fine = this.app.server(Fault.NONE);
		boolean hangs = fault == Fault.HANGS;
		String service = hangs ? this.app.named(hanging("put", client), faulty.port(), fine.port())
				: this.app.service(faulty.port(), fine.port());
		for (int i = 0; i < 2; i++) {
			assertThat(client.call(this.app, HttpMethod.PUT, service, "body")).isEqualTo("fine");
		}
		assertThat(fine.requests()).containsExactly("PUT body", "PUT body");
		await().untilAsserted(() -> assertThat(this.app.stats(service, "i0").failed()).isPositive()
			.isEqualTo(faulty.requests().size()));
		assertThat(faulty.requests()).allMatch("PUT body"::equals);
		int faults = faulty.requests().size();
		await().untilAsserted(() -> assertThat(this.app.stats(service, "i1").succeeded()).isEqualTo(2));

		String lone = hangs ? this.app.named(hanging("post", client), faulty.port()) : this.app.service(faulty.port());
		assertThatThrownBy(() -> client.call(this.app, HttpMethod.POST, lone, "body"))
			.isNotInstanceOf(NoInstanceException.class);
		await().until(() -> faulty.requests().size() > faults);
		assertThat(faulty.requests().subList(faults, faulty.requests().size())).containsExactly("POST body");
		await().untilAsserted(() -> assertThat(this.app.stats(lone, "i0").failed()).isEqualTo(1));
		assertThat(this.app.stats(lone, "i0").inFlight()).isZero();
	}

	@Test
	void whatAnInterceptorCannotReachTellsNothingOfTheInstance() {
		String elsewhere = "http://127.0.0.1:" + FaultyServer.deadPort() + "/token";
		AtomicInteger asked = new AtomicInteger();
		RestClient other = RestClient.create();
		RestClient client = this.app.bean(RestClient.Builder.class)
			.clone()
			.requestInterceptor((request, body, execution) -> {
				asked.incrementAndGet();
				other.post().uri(elsewhere).retrieve().toBodilessEntity();
				return execution.execute(request, body);
			})
			.build();
		assertNothingIsTold(asked,
				(service) -> client.get().uri("http://" + service + "/").retrieve().body(String.class));
	}

	@Test
	void whatAFilterCannotReachTellsNothingOfTheInstance() {
		String elsewhere = "http://127.0.0.1:" + FaultyServer.deadPort() + "/token";
		AtomicInteger asked = new AtomicInteger();
		WebClient other = WebClient.create();
		WebClient client = this.app.bean(WebClient.Builder.class).clone().filter((request, next) -> {
			asked.incrementAndGet();
			return other.post().uri(elsewhere).retrieve().toBodilessEntity().then(next.exchange(request));
		}).build();
		assertNothingIsTold(asked,
				(service) -> client.get()
					.uri("http://" + service + "/")
					.retrieve()
					.bodyToMono(String.class)
					.block(Duration.ofSeconds(20)));
	}

	private void assertNothingIsTold(AtomicInteger asked, Consumer<String> call) {
		String service = this.app.service(this.app.server(Fault.NONE).port(), this.app.server(Fault.NONE).port());
		assertThat(catchThrowable(() -> call.accept(service))).isNotNull();
		assertThat(asked).as("another instance would not help").hasValue(1);
		assertThat(this.app.endpoints(service)).allMatch((endpoint) -> endpoint.stats().failed() == 0)
			.allMatch((endpoint) -> endpoint.stats().inFlight() == 0);
	}

	@Test
	void triesAnotherInstanceWhereThePoolHasNoFreeConnection() {
		FaultyServer hangs = this.app.server(Fault.HANGS);
		FaultyServer fine = this.app.server(Fault.NONE);
		this.app.named("pooled", hangs.port());
		ConnectionProvider pool = ConnectionProvider.builder("small")
			.maxConnections(1)
			.pendingAcquireTimeout(Duration.ofMillis(300))
			.build();
		WebClient client = this.app.bean(WebClient.Builder.class)
			.clone()
			.clientConnector(new ReactorClientHttpConnector(HttpClient.create(pool)))
			.build();
		Disposable busy = post(client, "pooled").subscribe();
		await().until(() -> hangs.requests().size() == 1);
		this.app.named("pooled", hangs.port(), fine.port());
		for (int i = 0; i < 2; i++) {
			assertThat(post(client, "pooled").block(Duration.ofSeconds(20))).isEqualTo("fine");
		}
		busy.dispose();
		pool.dispose();
	}

	@Test
	void triesAnotherInstanceWhereAlreadyAsManyWaitForAConnectionAsMay() {
		FaultyServer hangs = this.app.server(Fault.HANGS);
		FaultyServer fine = this.app.server(Fault.NONE);
		this.app.named("crowded", hangs.port());
		ConnectionProvider pool = ConnectionProvider.builder("full")
			.maxConnections(1)
			.pendingAcquireMaxCount(1)
			.build();
		WebClient client = this.app.bean(WebClient.Builder.class)
			.clone()
			.clientConnector(new ReactorClientHttpConnector(HttpClient.create(pool)))
			.build();
		Disposable busy = post(client, "crowded").subscribe();
		await().until(() -> hangs.requests().size() == 1);
		Disposable waiting = post(client, "crowded").subscribe();
		await().until(() -> this.app.stats("crowded", "i0").inFlight() == 2);
		this.app.named("crowded", hangs.port(), fine.port());
		for (int i = 0; i < 2; i++) {
			assertThat(post(client, "crowded").block(Duration.ofSeconds(20))).isEqualTo("fine");
		}
		assertThat(this.app.stats("crowded", "i0").failed()).isPositive();
		waiting.dispose();
		busy.dispose();
		pool.dispose();
	}

	private static Mono<String> post(WebClient client, String service) {
		return client.post().uri("http://" + service + "/").bodyValue("body").retrieve().bodyToMono(String.class);
	}

	@ParameterizedTest
	@EnumSource(value = Client.class, names = "REST.*", mode = EnumSource.Mode.MATCH_ALL)
	void nameThatNoUriCanHoldIsToldSo(Client client) {
		assertThatIllegalStateException().isThrownBy(() -> client.call(this.app, HttpMethod.GET, "my_service", null))
			.withMessageContaining("http://my_service/")
			.withMessageContaining("hyphens");
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void answersOfTheServiceAreNotTriedAgain(Client client) {
		FaultyServer broken = this.app.server(Fault.BROKEN);
		FaultyServer missing = this.app.server(Fault.NOT_FOUND);
		String service = this.app.service(broken.port(), missing.port());
		for (int i = 0; i < 2; i++) {
			assertThatThrownBy(() -> client.call(this.app, HttpMethod.GET, service, null))
				.isNotInstanceOf(NoInstanceException.class);
		}
		assertThat(broken.requests()).hasSize(1);
		assertThat(missing.requests()).hasSize(1);
		await().untilAsserted(() -> assertThat(this.app.stats(service, "i0").failed()).isEqualTo(1));
		await().untilAsserted(() -> assertThat(this.app.stats(service, "i1").succeeded()).isEqualTo(1));
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void shortAnswerThatBreaksOffIsTriedAgainWhereThatDoesNoHarm(Client client) {
		FaultyServer dying = this.app.server(Fault.DIES_IN_BODY);
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(dying.port(), fine.port());
		for (int i = 0; i < 2; i++) {
			assertThat(client.call(this.app, HttpMethod.GET, service, null)).isEqualTo("fine");
		}
		await().untilAsserted(() -> assertThat(this.app.stats(service, "i1").succeeded()).isEqualTo(2));
		assertThat(this.app.stats(service, "i0").failed()).isEqualTo(dying.requests().size()).isPositive();
		assertThat(this.app.endpoints(service)).allMatch((endpoint) -> endpoint.stats().inFlight() == 0);

		String lone = this.app.service(dying.port());
		int before = dying.requests().size();
		assertThat(catchThrowable(() -> client.call(this.app, HttpMethod.POST, lone, "body"))).isNotNull();
		assertThat(dying.requests()).hasSize(before + 1);
		await().untilAsserted(() -> assertThat(this.app.stats(lone, "i0").failed()).isEqualTo(1));
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void longAnswerThatBreaksOffIsAFailureOfItsInstanceAndNotTriedAgain(Client client) {
		FaultyServer dying = this.app.server(Fault.DIES_IN_LONG_BODY);
		String service = this.app.service(dying.port());
		assertThat(catchThrowable(() -> client.call(this.app, HttpMethod.GET, service, null))).isNotNull();
		assertThat(dying.requests()).hasSize(1);
		await().untilAsserted(() -> assertThat(this.app.stats(service, "i0").failed()).isEqualTo(1));
		assertThat(this.app.stats(service, "i0").ended()).isEqualTo(1);
		assertThat(this.app.stats(service, "i0").inFlight()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void lastAnswerGoesToTheCallerWhenAllFail(Client client) {
		FaultyServer one = this.app.server(Fault.UNAVAILABLE);
		FaultyServer two = this.app.server(Fault.UNAVAILABLE);
		String service = this.app.service(one.port(), two.port());
		assertThatThrownBy(() -> client.call(this.app, HttpMethod.GET, service, null)).hasMessageContaining("503");
		// Both at once, then one of them again.
		assertThat(one.requests().size() + two.requests().size()).isEqualTo(3);
		assertThat(one.requests()).isNotEmpty();
		assertThat(two.requests()).isNotEmpty();
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void deadlineEndsAllTries(Client client) {
		FaultyServer hangs = this.app.server(Fault.HANGS);
		String service = this.app.named(hanging("get", client), hangs.port());
		long start = System.nanoTime();
		Throwable failure = catchThrowable(() -> client.call(this.app, HttpMethod.GET, service, null));
		assertThat(failure).hasStackTraceContaining("CallTimeoutException");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(1400),
				Duration.ofSeconds(10));
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		// The last try may be too short for its request to arrive.
		await().untilAsserted(() -> assertThat(hangs.requests()).hasSizeBetween(2, 3));
		await().until(() -> this.app.stats(service, "i0").inFlight() == 0);
		InstanceStats stats = this.app.stats(service, "i0");
		assertThat(stats.failed()).isBetween(2L, 3L);
		assertThat(stats.ended()).as("a last try without any time tells nothing").isBetween(stats.failed(), 3L);
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void shorterTimeoutOfTheCallWins(Client client) {
		FaultyServer hangs = this.app.server(Fault.HANGS);
		this.app.named("patient", hangs.port());
		Throwable failure = catchThrowable(
				() -> client.call(this.app, HttpMethod.GET, "http://patient/", null, Duration.ofMillis(200)));
		assertThat(failure).hasStackTraceContaining("CallTimeoutException");
		assertThat(hangs.requests()).hasSizeLessThanOrEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void instanceThatKeepsFailingIsSkippedUntilAllDo(Client client) {
		FaultyServer broken = this.app.server(Fault.BROKEN);
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(broken.port(), fine.port(), fine.port(), fine.port());
		for (int i = 0; i < 24; i++) {
			catchThrowable(() -> client.call(this.app, HttpMethod.GET, service, null));
		}
		assertThat(broken.requests()).hasSize(4);
		await().untilAsserted(
				() -> assertThat(this.app.endpoints(service)).allMatch((endpoint) -> endpoint.stats().inFlight() == 0));
		fine.behave(Fault.BROKEN);
		for (int i = 0; i < 60; i++) {
			catchThrowable(() -> client.call(this.app, HttpMethod.GET, service, null));
		}
		int requests = fine.requests().size();
		assertThatExceptionOfType(CallRefusedException.class)
			.isThrownBy(() -> client.call(this.app, HttpMethod.GET, service, null))
			.withMessageContaining("'" + service + "'");
		assertThat(fine.requests()).hasSize(requests);
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void retriesStayWithinTheirBudgetWhenAllFail(Client client) {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		this.app.named("total", busy.port(), busy.port());
		long start = System.nanoTime();
		int calls = 300;
		for (int i = 0; i < calls; i++) {
			catchThrowable(() -> client.call(this.app, HttpMethod.GET, "total", null));
		}
		long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds() + 1;
		assertThat((long) busy.requests().size()).isBetween((long) (calls * 1.15),
				(long) (calls * 1.2) + 100 + 10 * seconds);
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void retryCanBeSwitchedOff(Client client) {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		this.app.named("once", busy.port(), busy.port());
		assertThatThrownBy(() -> client.call(this.app, HttpMethod.GET, "once", null)).hasMessageContaining("503");
		assertThat(busy.requests()).hasSize(1);
	}

	@Test
	void bodyThatIsAStreamIsNotSentTwice() {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(busy.port());
		Flux<DataBuffer> stream = Flux.just("a", "b")
			.map((text) -> DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes()));
		WebClient client = this.app.bean(WebClient.Builder.class).build();
		assertThatThrownBy(() -> client.put()
			.uri("http://" + service + "/")
			.body(BodyInserters.fromDataBuffers(stream))
			.retrieve()
			.toBodilessEntity()
			.block()).hasMessageContaining("503");
		assertThat(busy.requests()).containsExactly("PUT ab");
		// Nobody has asked for it yet where there was no connection.
		String other = this.app.service(FaultyServer.deadPort(), fine.port());
		for (int i = 0; i < 2; i++) {
			client.put()
				.uri("http://" + other + "/")
				.body(BodyInserters.fromDataBuffers(stream))
				.retrieve()
				.toBodilessEntity()
				.block();
		}
		assertThat(fine.requests()).containsExactly("PUT ab", "PUT ab");
	}

	@Test
	void fileIsSentAgain() throws IOException {
		Path file = Files.writeString(directory.resolve("body.txt"), "from a file");
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(busy.port(), fine.port());
		WebClient client = this.app.bean(WebClient.Builder.class).build();
		for (int i = 0; i < 2; i++) {
			client.put()
				.uri("http://" + service + "/")
				.bodyValue(new FileSystemResource(file))
				.retrieve()
				.toBodilessEntity()
				.block(Duration.ofSeconds(20));
		}
		assertThat(fine.requests()).containsExactly("PUT from a file", "PUT from a file");
		assertThat(busy.requests()).isNotEmpty().containsOnly("PUT from a file");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void timeThatTheBodyTakesIsNotThatOfTheInstance(boolean jdk) {
		FaultyServer hangs = this.app.server(Fault.HANGS);
		// Of those with short limits.
		String service = this.app.named(hanging("post", jdk ? Client.WEB_CLIENT_JDK : Client.WEB_CLIENT_NETTY),
				hangs.port());
		WebClient client = this.app.bean(WebClient.Builder.class)
			.clone()
			.clientConnector(jdk ? new JdkClientHttpConnector() : new ReactorClientHttpConnector())
			.build();
		Flux<DataBuffer> begun = Flux.just("a").map(FailingBody::buffer);
		InstanceStats stats = this.app.stats(service, "i0");
		long ended = stats.ended();
		long failed = stats.failed();
		assertThatThrownBy(() -> send(client, service, begun.concatWith(Flux.never())))
			.hasStackTraceContaining("CallTimeoutException");
		await().until(() -> stats.ended() == ended + 1);
		assertThat(stats.failed()).isEqualTo(failed);
		assertThatThrownBy(() -> send(client, service, begun)).hasStackTraceContaining("CallTimeoutException");
		await().until(() -> stats.failed() == failed + 1);
	}

	private static void send(WebClient client, String service, Flux<DataBuffer> body) {
		client.post()
			.uri("http://" + service + "/")
			.body(BodyInserters.fromDataBuffers(body))
			.retrieve()
			.toBodilessEntity()
			.block(Duration.ofSeconds(20));
	}

	@ParameterizedTest
	@EnumSource(FailingBody.class)
	void bodyThatCannotBeProducedTellsNothingOfTheInstance(FailingBody body) {
		FaultyServer fine = this.app.server(Fault.NONE);
		for (ClientHttpConnector connector : List.of(new ReactorClientHttpConnector(), new JdkClientHttpConnector())) {
			String service = this.app.service(fine.port());
			WebClient client = this.app.bean(WebClient.Builder.class).clone().clientConnector(connector).build();
			for (int i = 0; i < 5; i++) {
				assertThatThrownBy(() -> client.put()
					.uri("http://" + service + "/")
					.body(body.inserter())
					.retrieve()
					.toBodilessEntity()
					.block(Duration.ofSeconds(20))).hasStackTraceContaining("nothing to read");
			}
			await().until(() -> this.app.stats(service, "i0").inFlight() == 0);
			assertThat(this.app.stats(service, "i0").failed()).isZero();
			assertThat(this.app.stats(service, "i0").ended()).isEqualTo(5);
		}
	}

	@Test
	void callThatIsGivenUpEndsOnceAndTellsNothingOfTheInstance() {
		FaultyServer hangs = this.app.server(Fault.HANGS);
		String service = this.app.named("patient", hangs.port());
		long ended = this.app.stats(service, "i0").ended();
		long failed = this.app.stats(service, "i0").failed();
		Disposable call = this.app.bean(WebClient.Builder.class)
			.build()
			.get()
			.uri("http://" + service + "/")
			.retrieve()
			.toBodilessEntity()
			.subscribe();
		await().until(() -> hangs.requests().size() == 1);
		assertThat(this.app.stats(service, "i0").inFlight()).isEqualTo(1);
		call.dispose();
		await().until(() -> this.app.stats(service, "i0").inFlight() == 0);
		assertThat(this.app.stats(service, "i0").ended()).isEqualTo(ended + 1);
		assertThat(this.app.stats(service, "i0").failed()).isEqualTo(failed);
	}

	@Test
	void fallbackTakesThePlaceOfAFailureButNotOfAnAnswer() {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		FaultyServer missing = this.app.server(Fault.NOT_FOUND);
		String failing = this.app.service(busy.port());
		String answering = this.app.service(missing.port());
		GovernanceCalls calls = this.app.bean(GovernanceCalls.class);
		assertThat(calls.call(() -> Client.REST_CLIENT_JDK.call(this.app, HttpMethod.GET, failing, null),
				(failure) -> "instead"))
			.isEqualTo("instead");
		assertThatThrownBy(() -> calls
			.call(() -> Client.REST_CLIENT_JDK.call(this.app, HttpMethod.GET, answering, null), (failure) -> "instead"))
			.hasMessageContaining("404");
		GovernanceReactiveCalls reactive = this.app.bean(GovernanceReactiveCalls.class);
		WebClient client = this.app.bean(WebClient.Builder.class).build();
		assertThat(reactive
			.call(client.get().uri("http://" + failing + "/").retrieve().bodyToMono(String.class),
					(failure) -> Mono.just("instead"))
			.block()).isEqualTo("instead");
		assertThatThrownBy(() -> reactive
			.call(client.get().uri("http://" + answering + "/").retrieve().bodyToMono(String.class),
					(failure) -> Mono.just("instead"))
			.block()).hasMessageContaining("404");
	}

	@Test
	void deadlineOfReactiveCallsHolds() {
		FaultyServer hangs = this.app.server(Fault.HANGS);
		String service = this.app.named("patient", hangs.port());
		GovernanceReactiveCalls reactive = this.app.bean(GovernanceReactiveCalls.class).within(Duration.ofMillis(150));
		assertThatThrownBy(() -> reactive
			.call(this.app.bean(WebClient.Builder.class)
				.build()
				.get()
				.uri("http://" + service + "/")
				.retrieve()
				.bodyToMono(String.class))
			.block()).hasStackTraceContaining("CallTimeoutException");
	}

	@Test
	void triesFromAnEventLoopDoNotBlockIt() {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(FaultyServer.deadPort(), busy.port(), fine.port());
		WebClient client = this.app.bean(WebClient.Builder.class).build();
		Mono<String> call = Mono.defer(() -> client.put()
			.uri("http://" + service + "/")
			.bodyValue("body")
			.retrieve()
			.bodyToMono(String.class));
		for (int i = 0; i < 3; i++) {
			assertThat(call.subscribeOn(Schedulers.parallel()).block()).isEqualTo("fine");
		}
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void serviceWithoutInstancesIsNamed(Client client) {
		assertThatExceptionOfType(NoInstanceException.class)
			.isThrownBy(() -> client.call(this.app, HttpMethod.GET, "nobody", null))
			.withMessageContaining("'nobody'");
	}

	/** Bodies whose source breaks off, as that of a caller that has gone. */
	enum FailingBody {

		BUFFERS {

			@Override
			BodyInserter<?, ? super ClientHttpRequest> inserter() {
				return BodyInserters.fromDataBuffers(broken("a").map(FailingBody::buffer));
			}

		},

		VALUES {

			@Override
			BodyInserter<?, ? super ClientHttpRequest> inserter() {
				return BodyInserters.fromPublisher(broken("a"), String.class);
			}

		},

		ONE_VALUE {

			@Override
			BodyInserter<?, ? super ClientHttpRequest> inserter() {
				return BodyInserters.fromPublisher(Mono.error(new IOException("nothing to read")), String.class);
			}

		},

		PARTS {

			@Override
			BodyInserter<?, ? super ClientHttpRequest> inserter() {
				MultipartBodyBuilder parts = new MultipartBodyBuilder();
				parts.asyncPart("file", broken("a").map(FailingBody::buffer), DataBuffer.class);
				return BodyInserters.fromMultipartData(parts.build());
			}

		};

		abstract BodyInserter<?, ? super ClientHttpRequest> inserter();

		private static Flux<String> broken(String begun) {
			return Flux.just(begun).concatWith(Flux.error(new IOException("nothing to read")));
		}

		private static DataBuffer buffer(String text) {
			return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes());
		}

	}

}
