package io.governance.boot.call;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.governance.Subscription;
import io.governance.boot.call.GovernanceCallProperties.Breaker;
import io.governance.boot.call.GovernanceCallProperties.Retry;
import io.governance.boot.discovery.FirstList;
import io.governance.boot.loadbalancer.ChosenInstance;
import io.governance.boot.loadbalancer.NoInstanceException;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.call.RetryPolicy;
import io.governance.gray.LaneContext;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import io.governance.registry.ServiceDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultResponse;
import org.springframework.cloud.client.loadbalancer.LoadBalancerProperties;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.ExchangeStrategies;

import static org.assertj.core.api.Assertions.assertThat;

/** How the calls of WebClient end, whatever its other filters and the server do. */
@Timeout(60)
class GovernanceExchangeFilterTests {

	private static final Duration LIMIT = Duration.ofSeconds(1);

	/** Within the limit, but not twice. */
	private static final Duration SLOW = Duration.ofMillis(700);

	private final ServiceDirectory directory = new ServiceDirectory(new TwoInstances());

	private final ServiceBalancers balancers = new ServiceBalancers(this.directory,
			new FirstList(this.directory, Duration.ofSeconds(10)), (service) -> new RoundRobinLoadBalancer(), "");

	private final CircuitBreakerRegistry breakers = CircuitBreakerRegistry.ofDefaults();

	/** Made here: what it reads once in its life may not be read on Reactor's threads. */
	private final ExchangeStrategies strategies = ExchangeStrategies.withDefaults();

	private final AtomicInteger exchanges = new AtomicInteger();

	@BeforeEach
	void knowTheInstances() {
		this.directory.await("orders", Duration.ofSeconds(10));
	}

	@AfterEach
	void close() {
		this.balancers.close();
		this.directory.close();
	}

	@Test
	void exchangeWithoutAnswerEndsTheCallWithAFailureThatSaysSo() {
		CallGuards guards = guards(Duration.ZERO, Duration.ZERO);
		CircuitBreaker breaker = halfOpen(guards);
		StepVerifier.create(call(guards, picks(), (request) -> Mono.empty()))
			.verifyErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(IllegalStateException.class)
				.hasMessageContaining("GET")
				.hasMessageContaining("without an answer"));
		assertNothingIsUnderWay();
		assertThat(breaker.tryAcquirePermission()).as("the permission is there again").isTrue();
	}

	@Test
	void choiceThatEndsEmptyEndsTheCall() {
		CallGuards guards = guards(Duration.ZERO, Duration.ZERO);
		CircuitBreaker breaker = halfOpen(guards);
		StepVerifier.create(call(guards, Mono.empty(), (request) -> Mono.empty()))
			.verifyError(NoInstanceException.class);
		assertThat(breaker.tryAcquirePermission()).as("the permission is there again").isTrue();
	}

	@Test
	void headersAndBodyOfATryHaveOneLimitTogether() {
		ExchangeFunction slowAtFirst = (request) -> (this.exchanges.incrementAndGet() == 1)
				? answer("slow", SLOW).delaySubscription(SLOW) : answer("quick", Duration.ZERO);
		StepVerifier.create(body(call(guards(LIMIT, Duration.ZERO), picks(), slowAtFirst)))
			.expectNext("quick")
			.verifyComplete();
		assertThat(this.exchanges).hasValue(2);
		assertNothingIsUnderWay();
	}

	@Test
	void headersAndBodyOfATryEndWithTheDeadlineOfTheCall() {
		long start = System.nanoTime();
		StepVerifier
			.create(call(guards(Duration.ZERO, LIMIT), picks(),
					(request) -> answer("slow", SLOW).delaySubscription(SLOW)))
			.verifyError(CallTimeoutException.class);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(LIMIT.minusMillis(50),
				LIMIT.multipliedBy(2).minusMillis(200));
		assertNothingIsUnderWay();
	}

	@Test
	void answerThatWasThrownAwayForAFurtherTryIsNotHandedOver() {
		ExchangeFunction next = (request) -> (this.exchanges.incrementAndGet() == 1) ? unavailable()
				: Mono.error(new NoInstanceException("tokens", "stable", "Service 'tokens' has no instances"));
		StepVerifier.create(body(call(guards(Duration.ZERO, Duration.ZERO), picks(), next)))
			.verifyErrorSatisfies(
					(ex) -> assertThat(ex).isInstanceOf(NoInstanceException.class).hasMessageContaining("'tokens'"));
		assertThat(this.exchanges).hasValue(2);
		assertNothingIsUnderWay();
	}

	@Test
	void answerThatWasThrownAwayIsNotHandedOverForALackOfInstancesOfTheSameServiceEither() {
		ExchangeFunction next = (request) -> (this.exchanges.incrementAndGet() == 1) ? unavailable()
				: Mono.error(new NoInstanceException("orders", "stable", "Service 'orders' has no instances"));
		StepVerifier.create(body(call(guards(Duration.ZERO, Duration.ZERO), picks(), next)))
			.verifyError(NoInstanceException.class);
		assertNothingIsUnderWay();
	}

	@Test
	void lackOfInstancesOfAnotherServiceIsNotTakenForOneOfTheServiceThatIsCalled() {
		Mono<ChosenInstance> once = Mono.defer(() -> (this.exchanges.get() == 0) ? picks()
				: Mono.error(new NoInstanceException("tokens", "stable", "Service 'tokens' has no instances")));
		StepVerifier.create(body(call(guards(Duration.ZERO, Duration.ZERO), once, (request) -> {
			this.exchanges.incrementAndGet();
			return unavailable();
		}))).verifyErrorMessage("Service 'tokens' has no instances");
		assertNothingIsUnderWay();
	}

	@Test
	void answerAtHandIsTheLastOneIfNobodyElseCanBeChosen() {
		Mono<ChosenInstance> once = Mono.defer(() -> (this.exchanges.get() == 0) ? picks() : Mono.empty());
		StepVerifier.create(body(call(guards(Duration.ZERO, Duration.ZERO), once, (request) -> {
			this.exchanges.incrementAndGet();
			return unavailable();
		}))).expectNext("unavailable").verifyComplete();
		assertThat(this.exchanges).hasValue(1);
		assertNothingIsUnderWay();
	}

	private Mono<ClientResponse> unavailable() {
		return answer("unavailable", Duration.ZERO)
			.map((answer) -> answer.mutate().statusCode(HttpStatus.SERVICE_UNAVAILABLE).build());
	}

	private void assertNothingIsUnderWay() {
		assertThat(this.balancers.balancer("orders").endpoints()).hasSize(2)
			.allMatch((endpoint) -> endpoint.stats().inFlight() == 0);
	}

	/** With one trial call. */
	private CircuitBreaker halfOpen(CallGuards guards) {
		guards.of("orders");
		CircuitBreaker breaker = this.breakers.circuitBreaker("service:orders");
		breaker.transitionToOpenState();
		breaker.transitionToHalfOpenState();
		return breaker;
	}

	private static CallGuards guards(CircuitBreakerRegistry breakers, Duration tryTimeout, Duration deadline) {
		return new CallGuards(
				new GovernanceCallProperties(tryTimeout, deadline,
						new Retry(true, 2, RetryPolicy.IDEMPOTENT, Set.of(503), 0.2, 10, Duration.ofMillis(50),
								Duration.ofSeconds(1), DataSize.ofKilobytes(64)),
						new Breaker(true, Duration.ofSeconds(10), 3, 50, Duration.ofSeconds(60), 1), Map.of()),
				breakers, InstantSource.system(), System::nanoTime, () -> 0);
	}

	private CallGuards guards(Duration tryTimeout, Duration deadline) {
		return guards(this.breakers, tryTimeout, deadline);
	}

	private Mono<ClientResponse> call(CallGuards guards, Mono<ChosenInstance> choice, ExchangeFunction next) {
		GovernanceExchangeFilter filter = new GovernanceExchangeFilter(new OneChoice(choice), List.of(), guards,
				new CallDeadlines(System::nanoTime), this.balancers, (context) -> LaneContext.STABLE);
		return filter.filter(ClientRequest.create(HttpMethod.GET, URI.create("http://orders/")).build(), next);
	}

	private Mono<ChosenInstance> picks() {
		return Mono.fromSupplier(() -> this.balancers.pick("orders", Instance.STABLE));
	}

	private Mono<ClientResponse> answer(String body, Duration bodyAfter) {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		Flux<DataBuffer> content = Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(bytes)));
		return Mono.fromSupplier(() -> ClientResponse.create(HttpStatus.OK, this.strategies)
			.header(HttpHeaders.CONTENT_LENGTH, String.valueOf(bytes.length))
			.body(bodyAfter.isZero() ? content : content.delaySubscription(bodyAfter))
			.build());
	}

	private static Mono<String> body(Mono<ClientResponse> response) {
		return response.flatMap((answer) -> answer.bodyToMono(String.class));
	}

	/** The same choice for each try. */
	private record OneChoice(Mono<ChosenInstance> choice) implements ReactiveLoadBalancer.Factory<ServiceInstance> {

		@Override
		public ReactiveLoadBalancer<ServiceInstance> getInstance(String serviceId) {
			return new ReactiveLoadBalancer<>() {

				@Override
				@SuppressWarnings("rawtypes")
				public Publisher<Response<ServiceInstance>> choose(Request request) {
					return OneChoice.this.choice.map(DefaultResponse::new);
				}

			};
		}

		@Override
		public <X> Map<String, X> getInstances(String name, Class<X> type) {
			return Map.of();
		}

		@Override
		public <X> X getInstance(String name, Class<?> type, Class<?>... generics) {
			return null;
		}

		@Override
		public LoadBalancerProperties getProperties(String serviceId) {
			return new LoadBalancerProperties();
		}

	}

	/** A service with two instances. */
	private static final class TwoInstances implements Discovery {

		@Override
		public Set<String> services() {
			return Set.of("orders");
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			listener.onInstances(List.of(Instance.of(service, "127.0.0.1", 1).id("a").build(),
					Instance.of(service, "127.0.0.1", 2).id("b").build()));
			return () -> {
			};
		}

		@Override
		public void close() {
		}

	}

}
