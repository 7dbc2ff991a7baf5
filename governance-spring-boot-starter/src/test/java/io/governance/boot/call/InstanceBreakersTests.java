package io.governance.boot.call;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.governance.boot.call.GovernanceCallProperties.Breaker;
import io.governance.boot.call.GovernanceCallProperties.Retry;
import io.governance.boot.loadbalancer.CallRefusedException;
import io.governance.boot.loadbalancer.EndpointGate;
import io.governance.call.Deadline;
import io.governance.call.RetryPolicy;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.Instance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.cloud.client.circuitbreaker.CircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreaker;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Circuit breakers by a clock that the test moves. */
@Timeout(30)
class InstanceBreakersTests {

	private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

	/** Goes on whatever the time of day is set to. */
	private final AtomicLong ticks = new AtomicLong();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();

	private final CallGuards guards = guards(true);

	private final InstanceBreakers breakers = (InstanceBreakers) this.guards.instanceBreakers();

	private final Endpoint one = new Endpoint(Instance.of("orders", "127.0.0.1", 1).id("one").build());

	private final Endpoint two = new Endpoint(Instance.of("orders", "127.0.0.1", 2).id("two").build());

	private CallGuards guards(boolean enabled) {
		return new CallGuards(
				new GovernanceCallProperties(Duration.ZERO, Duration.ZERO,
						new Retry(true, 3, RetryPolicy.IDEMPOTENT, Set.of(503), 0.2, 10, Duration.ofMillis(50),
								Duration.ofSeconds(1), DataSize.ofKilobytes(64)),
						new Breaker(enabled, Duration.ofSeconds(10), 3, 50, Duration.ofSeconds(60), 3), Map.of()),
				this.registry, this.now::get, this.ticks::get, () -> 0);
	}

	@Test
	void opensAtTheShareOfFailuresAndLetsTrialCallsThroughLater() {
		call(this.one, Outcome.SUCCESS);
		call(this.one, Outcome.FAILURE);
		assertThat(this.breakers.closed("orders")).isNull();
		call(this.one, Outcome.FAILURE);
		assertThat(this.breakers.closed("orders")).accepts(this.one).rejects(this.two);
		pass(Duration.ofSeconds(59));
		assertThat(this.breakers.closed("orders")).accepts(this.one);
		pass(Duration.ofSeconds(2));
		assertThat(this.breakers.closed("orders")).rejects(this.one);
		for (int trial = 0; trial < 3; trial++) {
			assertThat(this.breakers.closed("orders")).rejects(this.one);
			this.breakers.began(this.one);
		}
		assertThat(this.breakers.closed("orders")).accepts(this.one);
		for (int trial = 0; trial < 3; trial++) {
			this.breakers.ended(this.one, 1, Outcome.SUCCESS);
		}
		assertThat(this.breakers.closed("orders")).isNull();
	}

	@Test
	void newProcessUnderTheSameIdIsInnocent() {
		ServiceBalancer balancer = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer()).build();
		for (String started : List.of("1", "2")) {
			balancer
				.update(List.of(Instance.of("orders", "127.0.0.1", 1).metadata(Map.of("started", started)).build()));
			this.breakers.known("orders", balancer.endpoints());
			assertThat(this.breakers.closed("orders")).isNull();
			for (int i = 0; i < 3; i++) {
				call(balancer.endpoints().get(0), Outcome.FAILURE);
			}
			this.breakers.known("orders", balancer.endpoints());
			assertThat(this.breakers.closed("orders")).accepts(balancer.endpoints().get(0));
		}
	}

	@Test
	void breakerOfAnInstanceIsClosedWhenItsIdIsFoundAtAnotherAddress() {
		ServiceBalancer balancer = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer()).build();
		balancer.update(List.of(Instance.of("orders", "10.0.0.1", 8080).id("orders-0").build()));
		for (int i = 0; i < 3; i++) {
			call(balancer.endpoints().get(0), Outcome.FAILURE);
		}
		assertThat(this.breakers.closed("orders")).isNotNull();
		balancer.update(List.of(Instance.of("orders", "10.0.0.2", 8080).id("orders-0").build()));
		this.breakers.known("orders", balancer.endpoints());
		assertThat(this.breakers.closed("orders")).isNull();
	}

	@Test
	void callsThatTheProcessBeforeLeavesBehindSayNothingOfTheNewOne() {
		ServiceBalancer balancer = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer()).build();
		Instance instance = Instance.of("orders", "127.0.0.1", 1).metadata(Map.of("started", "1")).build();
		balancer.update(List.of(instance));
		Endpoint before = balancer.endpoints().get(0);
		for (int i = 0; i < 3; i++) {
			this.breakers.began(before);
		}
		balancer.update(List.of(instance.toBuilder().metadata(Map.of("started", "2")).build()));
		this.breakers.known("orders", balancer.endpoints());
		call(balancer.endpoints().get(0), Outcome.SUCCESS);
		for (int i = 0; i < 3; i++) {
			this.breakers.ended(before, 1_000, Outcome.FAILURE);
		}
		assertThat(this.breakers.closed("orders")).isNull();
	}

	@Test
	void opensAgainWhenTrialCallsFail() {
		open();
		pass(Duration.ofSeconds(61));
		for (int trial = 0; trial < 3; trial++) {
			call(this.one, Outcome.FAILURE);
		}
		assertThat(this.breakers.closed("orders")).accepts(this.one);
	}

	@Test
	void trialCallThatIsGivenUpMakesRoomForAnother() {
		open();
		pass(Duration.ofSeconds(61));
		for (int trial = 0; trial < 10; trial++) {
			call(this.one, Outcome.CANCELLED);
		}
		assertThat(this.breakers.closed("orders")).rejects(this.one);
	}

	@Test
	void trialCallsThatNeverEndDoNotKeepAnInstanceAwayForEver() {
		open();
		pass(Duration.ofSeconds(61));
		for (int trial = 0; trial < 3; trial++) {
			this.breakers.began(this.one);
		}
		assertThat(this.breakers.closed("orders")).accepts(this.one);
		pass(Duration.ofSeconds(61));
		assertThat(this.breakers.closed("orders")).rejects(this.one);
	}

	@Test
	void streamsThatBeganBeforeTheTrialCallsDecideNothing() {
		for (int stream = 0; stream < 10; stream++) {
			this.breakers.began(this.one);
		}
		open();
		pass(Duration.ofSeconds(61));
		this.breakers.began(this.one);
		for (int stream = 0; stream < 5; stream++) {
			this.breakers.ended(this.one, 1, Outcome.CANCELLED);
		}
		this.breakers.began(this.one);
		for (int stream = 0; stream < 5; stream++) {
			this.breakers.ended(this.one, 1, Outcome.SUCCESS);
		}
		assertThat(this.breakers.closed("orders")).as("it is not decided yet").isNotNull();
		for (int trial = 0; trial < 2; trial++) {
			assertThat(this.breakers.closed("orders")).rejects(this.one);
			this.breakers.began(this.one);
		}
		assertThat(this.breakers.closed("orders")).as("that were enough").accepts(this.one);
	}

	@ParameterizedTest
	@ValueSource(longs = { -1, 1 })
	void breakersStayOpenForTheirTimeAlthoughTheClockIsSet(long hours) {
		ServiceGuard guard = this.guards.of("orders");
		for (int i = 0; i < 3; i++) {
			askedAndOver(guard, Outcome.FAILURE);
		}
		open();
		set(Duration.ofHours(hours));
		pass(Duration.ofSeconds(59));
		assertThat(this.breakers.closed("orders")).accepts(this.one);
		assertThatExceptionOfType(CallRefusedException.class).isThrownBy(() -> guard.begin("GET", never()));
		pass(Duration.ofSeconds(2));
		assertThat(this.breakers.closed("orders")).rejects(this.one);
		askedAndOver(guard, Outcome.SUCCESS);
	}

	@ParameterizedTest
	@ValueSource(longs = { -1, 1 })
	void trialCallsThatNeverEndKeepOthersAwayForTheirTimeAlthoughTheClockIsSet(long hours) {
		ServiceGuard guard = this.guards.of("orders");
		for (int i = 0; i < 3; i++) {
			askedAndOver(guard, Outcome.FAILURE);
		}
		open();
		pass(Duration.ofSeconds(61));
		for (int trial = 0; trial < 3; trial++) {
			this.breakers.began(this.one);
			guard.begin("GET", never()).tries(null);
		}
		set(Duration.ofHours(hours));
		pass(Duration.ofSeconds(59));
		assertThat(this.breakers.closed("orders")).accepts(this.one);
		assertThatExceptionOfType(CallRefusedException.class).isThrownBy(() -> guard.begin("GET", never()));
		pass(Duration.ofSeconds(2));
		assertThat(this.breakers.closed("orders")).rejects(this.one);
		askedAndOver(guard, Outcome.SUCCESS);
	}

	@Test
	void breakersGoWithTheirInstances() {
		open();
		call(this.two, Outcome.SUCCESS);
		assertThat(this.breakers.size()).isEqualTo(2);
		this.breakers.known("orders", List.of(this.two));
		assertThat(this.breakers.size()).isEqualTo(1);
		assertThat(this.breakers.closed("orders")).isNull();
		// A call that was under way ends later.
		this.breakers.ended(this.one, 1, Outcome.FAILURE);
		assertThat(this.breakers.size()).isEqualTo(1);
	}

	@Test
	void thereAreNoneWhenSwitchedOff() {
		CallGuards guards = guards(false);
		EndpointGate gate = guards.instanceBreakers();
		ServiceGuard guard = guards.of("orders");
		for (int i = 0; i < 10; i++) {
			gate.began(this.one);
			gate.ended(this.one, 1, Outcome.FAILURE);
			askedAndOver(guard, Outcome.FAILURE);
		}
		assertThat(gate.closed("orders")).isNull();
		assertThat(((InstanceBreakers) gate).size()).isZero();
		assertThat(this.registry.getAllCircuitBreakers()).isEmpty();
	}

	@Test
	void serviceThatKeepsFailingIsRefusedByNameUntilTrialCallsSucceed() {
		ServiceGuard guard = this.guards.of("orders");
		for (int i = 0; i < 3; i++) {
			askedAndOver(guard, Outcome.FAILURE);
		}
		assertThatExceptionOfType(CallRefusedException.class).isThrownBy(() -> guard.begin("GET", never()))
			.withMessageContaining("'orders'");
		pass(Duration.ofSeconds(61));
		askedAndOver(guard, Outcome.CANCELLED);
		guard.begin("GET", never()).over(Outcome.FAILURE);
		for (int trial = 0; trial < 3; trial++) {
			askedAndOver(guard, Outcome.SUCCESS);
		}
		askedAndOver(guard, Outcome.SUCCESS);
	}

	@Test
	void callsThatTakeLongAndSucceedAreNoReasonToRefuseOthers() {
		ServiceGuard guard = this.guards.of("orders");
		List<GuardedCall> streams = Stream.generate(() -> guard.begin("GET", never())).limit(3).toList();
		streams.forEach((stream) -> stream.tries(null));
		pass(Duration.ofHours(1));
		streams.forEach((stream) -> stream.over(Outcome.SUCCESS));
		askedAndOver(guard, Outcome.SUCCESS);
		for (int i = 0; i < 3; i++) {
			this.breakers.began(this.one);
			this.breakers.ended(this.one, TimeUnit.HOURS.toNanos(1), Outcome.SUCCESS);
		}
		assertThat(this.breakers.closed("orders")).isNull();
	}

	@Test
	void trialCallsThatDoNotEndDoNotKeepCallsFromAServiceForEver() {
		ServiceGuard guard = this.guards.of("orders");
		for (int i = 0; i < 3; i++) {
			askedAndOver(guard, Outcome.FAILURE);
		}
		pass(Duration.ofSeconds(61));
		for (int trial = 0; trial < 3; trial++) {
			guard.begin("GET", never()).tries(null);
		}
		assertThatExceptionOfType(CallRefusedException.class).isThrownBy(() -> guard.begin("GET", never()));
		pass(Duration.ofSeconds(61));
		for (int trial = 0; trial < 4; trial++) {
			askedAndOver(guard, Outcome.SUCCESS);
		}
		assertThat(this.guards.state("orders")).isEqualTo(State.CLOSED);
	}

	@Test
	void callWithoutATryTellsNothingOfTheService() {
		ServiceGuard guard = this.guards.of("orders");
		for (int i = 0; i < 10; i++) {
			guard.begin("GET", never()).over(Outcome.FAILURE);
		}
		askedAndOver(guard, Outcome.SUCCESS);
	}

	private void askedAndOver(ServiceGuard guard, Outcome outcome) {
		GuardedCall call = guard.begin("GET", never());
		call.tries(null);
		call.over(outcome);
	}

	@Test
	void factoryOfSpringCloudOpensAndFallsBack() {
		CircuitBreaker breaker = new GovernanceCircuitBreakerFactory(this.registry, this.guards::breakerConfig)
			.create("mine");
		for (int i = 0; i < 3; i++) {
			assertThat(breaker.<String>run(() -> {
				throw new IllegalStateException("broken");
			}, (ex) -> "instead of " + ex.getMessage())).isEqualTo("instead of broken");
		}
		assertThat(breaker.run(() -> "called", (ex) -> ex.getClass().getSimpleName()))
			.isEqualTo(CallNotPermittedException.class.getSimpleName());
		pass(Duration.ofSeconds(61));
		assertThat(breaker.run(() -> "called", (ex) -> "instead")).isEqualTo("called");
	}

	@Test
	void factoryOfSpringCloudCanBeConfigured() {
		GovernanceCircuitBreakerFactory factory = new GovernanceCircuitBreakerFactory(this.registry,
				this.guards::breakerConfig);
		factory.configure((builder) -> builder.with((config) -> config.minimumNumberOfCalls(1)), "touchy");
		CircuitBreaker breaker = factory.create("touchy");
		breaker.<String>run(() -> {
			throw new IllegalStateException();
		}, (ex) -> "");
		assertThat(breaker.run(() -> "called", (ex) -> "instead")).isEqualTo("instead");
	}

	@Test
	void reactiveFactoryOfSpringCloudOpensAndFallsBack() {
		ReactiveCircuitBreaker breaker = new GovernanceReactiveCircuitBreakerFactory(this.registry,
				this.guards::breakerConfig)
			.create("reactive");
		for (int i = 0; i < 2; i++) {
			StepVerifier.create(breaker.run(Mono.<String>error(new IllegalStateException()), (ex) -> Mono.just("else")))
				.expectNext("else")
				.verifyComplete();
		}
		StepVerifier.create(breaker.run(Flux.<String>error(new IllegalStateException()), (ex) -> Flux.just("else")))
			.expectNext("else")
			.verifyComplete();
		StepVerifier.create(breaker.run(Mono.just("called")))
			.verifyErrorMatches((ex) -> ex.getCause() instanceof CallNotPermittedException);
		pass(Duration.ofSeconds(61));
		for (int i = 0; i < 10; i++) {
			StepVerifier.create(breaker.run(Mono.<String>never())).thenCancel().verify();
		}
		StepVerifier.create(breaker.run(Mono.just("called"))).expectNext("called").verifyComplete();
	}

	private void open() {
		for (int i = 0; i < 3; i++) {
			call(this.one, Outcome.FAILURE);
		}
		assertThat(this.breakers.closed("orders")).accepts(this.one);
	}

	private void call(Endpoint endpoint, Outcome outcome) {
		this.breakers.began(endpoint);
		this.breakers.ended(endpoint, 1_000, outcome);
	}

	private Deadline never() {
		return Deadline.after(Duration.ZERO, System::nanoTime);
	}

	/** The time of day is set, by an operator or from the network. */
	private void set(Duration by) {
		this.now.updateAndGet((instant) -> instant.plus(by));
	}

	private void pass(Duration time) {
		this.ticks.addAndGet(time.toNanos());
		set(time);
	}

}
