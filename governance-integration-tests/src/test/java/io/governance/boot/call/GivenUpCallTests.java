package io.governance.boot.call;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.governance.boot.call.CallingApplication.Clients;
import io.governance.boot.call.FaultyServer.Fault;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.InstanceStats;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpMethod;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** Callers that leave in the midst of a call, and bodies that cannot be sent again. */
@Timeout(60)
@TestInstance(Lifecycle.PER_CLASS)
class GivenUpCallTests {

	private static final String ONE_TRY = "one-try";

	@TempDir
	private static Path directory;

	private CallingApplication app;

	@BeforeAll
	void open() {
		this.app = new CallingApplication(directory, FailingClients.class, "governance.call.retry.backoff=10h",
				"governance.call.retry.max-backoff=10h", "governance.call.breaker.minimum-calls=4",
				"governance.call.try-timeout=0s", "governance.call.deadline=0s");
	}

	@AfterAll
	void close() {
		this.app.close();
	}

	@Test
	void answerAtHandIsNoLongerInFlightWhenTheCallerLeavesBetweenTwoTries() {
		FaultyServer one = this.app.server(Fault.UNAVAILABLE_STREAMS);
		FaultyServer two = this.app.server(Fault.UNAVAILABLE_STREAMS);
		String service = this.app.service(one.port(), two.port());
		AtomicInteger answers = new AtomicInteger();
		Disposable call = this.app.bean(WebClient.Builder.class)
			.clone()
			.filter((request, next) -> next.exchange(request).doOnNext((answer) -> answers.incrementAndGet()))
			.build()
			.get()
			.uri("http://" + service + "/")
			.retrieve()
			.toBodilessEntity()
			.subscribe();
		await().until(() -> answers.get() == 2 && inFlight(service) == 1);
		call.dispose();
		await().untilAsserted(() -> assertThat(inFlight(service)).isZero());
		assertThat(failed(service)).isEqualTo(2);
	}

	@Test
	void answerAtHandIsReleasedWhenTheNextTryCannotBeMade() {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE_STREAMS);
		String service = this.app.service(busy.port(), busy.port());
		assertThatThrownBy(() -> this.app.bean(WebClient.Builder.class)
			.build()
			.get()
			.uri("http://" + service + "/")
			.attribute(ONE_TRY, new AtomicInteger(1))
			.retrieve()
			.toBodilessEntity()
			.block(Duration.ofSeconds(20))).hasMessageContaining("the second try fails");
		await().untilAsserted(() -> assertThat(inFlight(service)).isZero());
		await().untilAsserted(() -> assertThat(busy.connections()).isZero());
	}

	@Test
	void answerWithoutEndDoesNotHoldUpTheNextTry() {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE_STREAMS);
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(busy.port(), fine.port());
		for (int i = 0; i < 2; i++) {
			assertThat(Client.REST_CLIENT_JDK.call(this.app, HttpMethod.GET, service, null)).isEqualTo("fine");
		}
		assertThat(busy.requests()).isNotEmpty();
		assertThat(inFlight(service)).isZero();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void answerAtHandIsClosedWhenNobodyElseCanBeChosen() {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE_STREAMS);
		String service = this.app.service(busy.port(), busy.port());
		assertThatThrownBy(() -> this.app.bean(RestClient.Builder.class)
			.build()
			.get()
			.uri("http://" + service + "/")
			.header(ONE_TRY, "yes")
			.retrieve()
			.toBodilessEntity()).hasMessageContaining("the second choice fails");
		assertThat(inFlight(service)).isZero();
	}

	@Test
	void streamThatIsLeftEarlyCountsAsWhatItsAnswerWas() {
		FaultyServer streams = this.app.server(Fault.STREAMS);
		String service = this.app.service(streams.port());
		String first = this.app.bean(WebClient.Builder.class)
			.build()
			.get()
			.uri("http://" + service + "/")
			.exchangeToFlux((answer) -> answer.bodyToFlux(DataBuffer.class)
				.map((part) -> part.toString(StandardCharsets.UTF_8)))
			.blockFirst(Duration.ofSeconds(20));
		assertThat(first).isEqualTo("fine");
		await().untilAsserted(() -> assertThat(inFlight(service)).isZero());
		assertThat(this.app.stats(service, "i0").succeeded()).isEqualTo(1);
		assertThat(this.app.stats(service, "i0").cancelled()).isZero();
	}

	@Test
	void callWithSpringCloudsOwnRetriesThatIsGivenUpHasEnded() {
		try (CallingApplication retrying = new CallingApplication(directory, Clients.class,
				"spring.cloud.loadbalancer.retry.enabled=true")) {
			FaultyServer server = retrying.server(Fault.HANGS);
			String service = retrying.service(server.port());
			InstanceStats stats = retrying.stats(service, "i0");
			WebClient client = retrying.bean(WebClient.Builder.class).build();
			Disposable call = client.get().uri("http://" + service + "/").retrieve().toBodilessEntity().subscribe();
			await().until(() -> server.requests().size() == 1);
			assertThat(stats.inFlight()).isOne();
			call.dispose();
			await().untilAsserted(() -> assertThat(stats.inFlight()).isZero());
			assertThat(stats.cancelled()).isEqualTo(stats.ended()).isEqualTo(1);

			WebClient broken = client.mutate().filter((request, next) -> {
				throw new IllegalStateException("the filter fails");
			}).build();
			assertThatThrownBy(() -> broken.get()
				.uri("http://" + service + "/")
				.retrieve()
				.toBodilessEntity()
				.block(Duration.ofSeconds(20))).hasMessageContaining("the filter fails");
			assertThat(stats.inFlight()).isZero();

			server.behave(Fault.NONE);
			String other = retrying.service(FaultyServer.deadPort(), server.port());
			for (int i = 0; i < 2; i++) {
				assertThat(Client.WEB_CLIENT_NETTY.call(retrying, HttpMethod.GET, other, null)).isEqualTo("fine");
			}
			assertThat(retrying.stats(other, "i0").failed()).isPositive();
			assertThat(retrying.stats(other, "i1").succeeded()).isEqualTo(2);
			assertThat(retrying.endpoints(other)).allMatch((endpoint) -> endpoint.stats().inFlight() == 0);
		}
	}

	@Test
	void deadlineOfBlockingCodeHoldsForItsReactiveClientsToo() {
		FaultyServer hangs = this.app.server(Fault.HANGS);
		String service = this.app.service(hangs.port());
		assertThatThrownBy(() -> this.app.bean(GovernanceCalls.class)
			.within(Duration.ofMillis(150))
			.call(() -> Client.WEB_CLIENT_NETTY.call(this.app, HttpMethod.GET, service, null)))
			.hasStackTraceContaining("CallTimeoutException");
	}

	@ParameterizedTest
	@EnumSource(value = Client.class, names = { "REST_CLIENT_JDK", "WEB_CLIENT_NETTY" })
	void callerWithoutTimeLeftTellsNothingOfTheService(Client client) {
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(fine.port());
		for (int i = 0; i < 8; i++) {
			assertThat(catchThrowable(() -> this.app.bean(GovernanceCalls.class)
				.within(Duration.ofNanos(1))
				.call(() -> client.call(this.app, HttpMethod.GET, service, null))))
				.hasStackTraceContaining("CallTimeoutException");
		}
		assertThat(fine.requests()).isEmpty();
		assertThat(inFlight(service)).isZero();
		assertThat(failed(service)).isZero();
		assertThat(client.call(this.app, HttpMethod.GET, service, null)).isEqualTo("fine");
	}

	@Test
	void interruptedCallerIsNotTriedAgainAndTellsNothingOfTheInstance() {
		String service = this.app.service(FaultyServer.deadPort(), FaultyServer.deadPort());
		AtomicInteger tries = new AtomicInteger();
		// As a socket fails on a virtual thread.
		RestClient client = this.app.bean(RestClient.Builder.class)
			.clone()
			.requestInterceptor((request, body, execution) -> {
				tries.incrementAndGet();
				Thread.currentThread().interrupt();
				throw new SocketException("Closed by interrupt");
			})
			.build();
		assertThatThrownBy(() -> client.get().uri("http://" + service + "/").retrieve().toBodilessEntity())
			.hasStackTraceContaining("Closed by interrupt");
		assertThat(Thread.interrupted()).isTrue();
		assertThat(tries).hasValue(1);
		assertThat(failed(service)).isZero();
		assertThat(inFlight(service)).isZero();
	}

	@ParameterizedTest
	@MethodSource("onceOnly")
	void bodyThatCanBeReadOnceIsSentOnce(Object body) {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		// Without time for a pause there is only the other instance.
		String service = this.app.service(busy.port(), busy.port());
		assertThatThrownBy(() -> this.app.bean(WebClient.Builder.class)
			.build()
			.put()
			.uri("http://" + service + "/")
			.attributes(CallTimeout.of(Duration.ofSeconds(10)))
			.bodyValue(body)
			.retrieve()
			.toBodilessEntity()
			.block(Duration.ofSeconds(20))).hasMessageContaining("503");
		assertThat(busy.requests()).hasSize(1);
	}

	static List<Object> onceOnly() {
		return List.of(DefaultDataBufferFactory.sharedInstance.wrap("body".getBytes(StandardCharsets.UTF_8)),
				List.of("body").iterator(), Stream.of("body"));
	}

	@ParameterizedTest
	@EnumSource(Client.class)
	void answerAtHandGoesToTheCallerWhenThereIsNoTimeForAnotherTry(Client client) {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		String url = "http://" + this.app.service(busy.port()) + "/";
		assertThatThrownBy(() -> client.call(this.app, HttpMethod.GET, url, null, Duration.ofSeconds(5)))
			.hasMessageContaining("503");
		assertThat(busy.requests()).hasSize(1);
	}

	private int inFlight(String service) {
		return this.app.endpoints(service).stream().mapToInt((endpoint) -> endpoint.stats().inFlight()).sum();
	}

	private long failed(String service) {
		return this.app.endpoints(service).stream().map(Endpoint::stats).mapToLong((stats) -> stats.failed()).sum();
	}

	/** Their requests can be made to fail before they are sent. */
	@Import(Clients.class)
	static class FailingClients {

		@Bean
		LoadBalancerClientRequestTransformer failingTransformer() {
			return (request, instance) -> {
				if (request.attributes().get(ONE_TRY) instanceof AtomicInteger left && left.getAndDecrement() == 0) {
					throw new IllegalStateException("the second try fails");
				}
				return request;
			};
		}

		@Bean
		static BeanPostProcessor failingChoices() {
			return new FailingChoices();
		}

	}

	/** Chooses an instance for the first try of a request, and fails for the second. */
	static class FailingChoices implements BeanPostProcessor {

		private final AtomicInteger choices = new AtomicInteger();

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			return (bean instanceof LoadBalancerClient client)
					? Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { LoadBalancerClient.class },
							(proxy, method, arguments) -> choose(client, method, arguments))
					: bean;
		}

		private Object choose(LoadBalancerClient client, Method method, Object[] arguments) throws Throwable {
			boolean one = method.getName().equals("choose") && arguments.length == 2
					&& ((Request<?>) arguments[1]).getContext() instanceof RequestDataContext context
					&& context.getClientRequest().getHeaders().containsHeader(ONE_TRY);
			if (one && this.choices.incrementAndGet() > 1) {
				throw new IllegalStateException("the second choice fails");
			}
			try {
				return method.invoke(client, arguments);
			}
			catch (InvocationTargetException ex) {
				throw ex.getCause();
			}
		}

	}

}
