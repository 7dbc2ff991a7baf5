package io.governance.boot.call;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import io.governance.boot.InvalidSettingException;
import io.governance.boot.loadbalancer.CallRefusedException;
import io.governance.boot.loadbalancer.EndpointGate;
import io.governance.call.CallFailure;
import io.governance.call.Deadline;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;
import io.governance.registry.Instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Settings of calls that change while calls are made, by a clock that stands still. */
class CallGuardsTests {

	private final AtomicLong ticks = new AtomicLong();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();

	private final CallGuards guards = new CallGuards(properties(Map.of()), this.registry, () -> Instant.EPOCH,
			this.ticks::get, () -> 0);

	private final EndpointGate gate = this.guards.instanceBreakers();

	private final Endpoint endpoint = new Endpoint(Instance.of("orders", "127.0.0.1", 1).build());

	private static GovernanceCallProperties properties(Map<String, String> values) {
		return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate("governance.call",
				GovernanceCallProperties.class);
	}

	private void change(Map<String, String> values) {
		this.guards.properties(properties(values));
	}

	@Test
	void callThatBeginsNowGoesByTheSettingsOfNowAndOneUnderWayEndsAsItHasBegun() {
		GuardedCall before = begin();
		change(Map.of("governance.call.retry.max-tries", "1", "governance.call.services.orders.try-timeout", "1s",
				"governance.call.deadline", "2s"));
		GuardedCall now = begin();
		assertThat(before.tryNanos()).isEqualTo(Duration.ofSeconds(10).toNanos());
		assertThat(now.tryNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
		assertThat(now.tryDeadline().remainingNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
		before.tries(this.endpoint);
		now.tries(this.endpoint);
		assertThat(before.again(CallFailure.NOT_SENT, true)).isTrue();
		assertThat(now.again(CallFailure.NOT_SENT, true)).isFalse();
		change(Map.of());
		GuardedCall again = begin();
		assertThat(again.tryNanos()).isEqualTo(Duration.ofSeconds(10).toNanos());
	}

	@Test
	void openBreakersStayOpenWhileTheirSettingsStayTheSame() {
		fail(3);
		change(Map.of("governance.call.try-timeout", "1s", "governance.call.services.stock.breaker", "false"));
		assertThatExceptionOfType(CallRefusedException.class).isThrownBy(this::begin);
		assertThat(this.gate.closed("orders")).accepts(this.endpoint);
		assertThat(this.registry.getAllCircuitBreakers()).hasSize(1);
	}

	@Test
	void breakersOfOtherSettingsBeginClosedAndGoByThem() {
		fail(3);
		change(Map.of("governance.call.breaker.minimum-calls", "5"));
		assertThat(this.guards.state("orders")).isEqualTo(State.CLOSED);
		assertThat(this.gate.closed("orders")).isNull();
		fail(4);
		assertThat(this.guards.state("orders")).isEqualTo(State.CLOSED);
		assertThat(this.gate.closed("orders")).isNull();
		fail(1);
		assertThat(this.guards.state("orders")).isEqualTo(State.OPEN);
		assertThat(this.gate.closed("orders")).accepts(this.endpoint);
		assertThat(this.registry.getAllCircuitBreakers()).extracting("state").containsExactly(State.OPEN);
		assertThat(this.guards.breakerConfig().getMinimumNumberOfCalls()).isEqualTo(5);
	}

	@Test
	void breakersAreSwitchedOffAndOn() {
		fail(3);
		change(Map.of("governance.call.services.orders.breaker", "false"));
		fail(3);
		begin().over(Outcome.SUCCESS);
		assertThat(this.guards.state("orders")).isNull();
		assertThat(this.gate.closed("orders")).isNull();
		assertThat(this.registry.getAllCircuitBreakers()).isEmpty();
		change(Map.of());
		assertThat(this.guards.state("orders")).isEqualTo(State.CLOSED);
		fail(3);
		assertThatExceptionOfType(CallRefusedException.class).isThrownBy(this::begin);
		assertThat(this.gate.closed("orders")).accepts(this.endpoint);
	}

	@Test
	void breakerOfTheApplicationIsNeitherChangedNorThrownAway() {
		this.registry.circuitBreaker("service:orders", CircuitBreakerConfig.custom().minimumNumberOfCalls(100).build());
		fail(3);
		change(Map.of("governance.call.breaker.minimum-calls", "1"));
		fail(3);
		assertThat(this.guards.state("orders")).isEqualTo(State.CLOSED);
		change(Map.of("governance.call.breaker.enabled", "false"));
		assertThat(this.guards.state("orders")).isNull();
		assertThat(this.registry.find("service:orders")).isPresent();
	}

	@Test
	void nothingIsToldOfABreakerThatWasReplaced() {
		List<State> told = new ArrayList<>();
		this.guards.observedBy(new Told(told));
		List<GuardedCall> under = List.of(begin(), begin(), begin());
		change(Map.of("governance.call.breaker.minimum-calls", "5"));
		under.forEach((call) -> {
			call.tries(this.endpoint);
			call.over(Outcome.FAILURE);
		});
		assertThat(told).isEmpty();
		assertThat(this.guards.state("orders")).isEqualTo(State.CLOSED);
	}

	@Test
	void spentBudgetStaysSpentWhileItsSettingsStayTheSame() {
		UnaryOperator<String> retry = (name) -> "governance.call.retry." + name;
		change(Map.of(retry.apply("budget"), "0", retry.apply("min-per-second"), "1"));
		for (int i = 0; i < 10; i++) {
			assertThat(retried()).isTrue();
		}
		assertThat(retried()).isFalse();
		change(Map.of(retry.apply("budget"), "0", retry.apply("min-per-second"), "1", retry.apply("max-tries"), "5"));
		assertThat(retried()).isFalse();
		change(Map.of(retry.apply("budget"), "0", retry.apply("min-per-second"), "2"));
		assertThat(retried()).isTrue();
	}

	@Test
	void settingsThatCannotBeUsedChangeNothing() {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> change(
					Map.of("governance.call.retry.max-tries", "0", "governance.call.breaker.enabled", "false")))
			.withMessageContaining("governance.call.retry.max-tries");
		fail(3);
		assertThatExceptionOfType(CallRefusedException.class).isThrownBy(this::begin);
	}

	private boolean retried() {
		GuardedCall call = begin();
		call.tries(this.endpoint);
		boolean again = call.again(CallFailure.NOT_SENT, true);
		call.over(Outcome.SUCCESS);
		return again;
	}

	private GuardedCall begin() {
		return this.guards.of("orders").begin("GET", Deadline.after(Duration.ZERO, this.ticks::get));
	}

	private void fail(int calls) {
		for (int i = 0; i < calls; i++) {
			this.gate.began(this.endpoint);
			this.gate.ended(this.endpoint, 1, Outcome.FAILURE);
			GuardedCall call = begin();
			call.tries(this.endpoint);
			call.over(Outcome.FAILURE);
		}
	}

	private record Told(List<State> states) implements CallListener {

		@Override
		public void called(String service, boolean guarded) {
		}

		@Override
		public void retried(String service, RetryReason reason, Outcome outcome) {
		}

		@Override
		public void outOfBudget(String service) {
		}

		@Override
		public void breaker(String service, boolean ofInstance, State state) {
			this.states.add(state);
		}

	}

}
