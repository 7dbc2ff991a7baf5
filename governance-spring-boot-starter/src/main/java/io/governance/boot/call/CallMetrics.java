package io.governance.boot.call;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;

import io.governance.boot.loadbalancer.EndpointGate;
import io.governance.loadbalancer.Outcome;

/**
 * Counts further tries and transitions of circuit breakers. Only the first call to a
 * service comes here if it succeeds at once. Thread-safe.
 */
final class CallMetrics implements CallListener, SmartInitializingSingleton {

	private static final String RETRIES = "governance.loadbalancer.retries";

	private static final String EXHAUSTED = "governance.loadbalancer.retries.exhausted";

	private static final String TRANSITIONS = "governance.loadbalancer.breaker.transitions";

	private static final Map<String, String> DESCRIPTIONS = Map.of(RETRIES, "Further tries of calls that have ended",
			EXHAUSTED, "Further tries that were not made, since there were too many lately", TRANSITIONS,
			"Circuit breakers that went into a state");

	private static final List<State> STATES = List.of(State.CLOSED, State.OPEN, State.HALF_OPEN);

	private final CallGuards guards;

	private final EndpointGate gate;

	private final Supplier<MeterRegistry> source;

	private final ConcurrentMap<Id, Counter> counters = new ConcurrentHashMap<>();

	private final Set<Called> called = ConcurrentHashMap.newKeySet();

	private volatile @Nullable MeterRegistry registry;

	/**
	 * Creates the metrics.
	 * @param guards tells of calls
	 * @param gate the circuit breakers of instances
	 * @param registry gives the registry as soon as all beans are there: it may itself
	 * make calls
	 */
	CallMetrics(CallGuards guards, EndpointGate gate, Supplier<MeterRegistry> registry) {
		this.guards = guards;
		this.gate = gate;
		this.source = registry;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.registry = this.source.get();
		this.guards.observedBy(this);
	}

	/** What counts from 0 on shows an increase when it first happens. */
	@Override
	public void called(String service, boolean guarded) {
		MeterRegistry registry = this.registry;
		if (registry == null || !this.called.add(new Called(service, guarded))) {
			return;
		}
		count(EXHAUSTED, Tags.of("service", service), 0);
		if (!guarded) {
			return;
		}
		for (State state : STATES) {
			count(TRANSITIONS, transition(service, false, state), 0);
			count(TRANSITIONS, transition(service, true, state), 0);
			if (state == State.CLOSED) {
				continue;
			}
			breakers(service, "service", state, () -> (this.guards.state(service) == state) ? 1 : 0, registry);
			if (this.gate instanceof InstanceBreakers breakers) {
				breakers(service, "instance", state, () -> breakers.count(service, state), registry);
			}
		}
	}

	@Override
	public void retried(String service, RetryReason reason, Outcome outcome) {
		count(RETRIES, Tags.of("service", service, "reason", name(reason), "result", name(outcome)), 1);
	}

	@Override
	public void outOfBudget(String service) {
		count(EXHAUSTED, Tags.of("service", service), 1);
	}

	@Override
	public void breaker(String service, boolean ofInstance, State state) {
		count(TRANSITIONS, transition(service, ofInstance, state), 1);
	}

	private static Tags transition(String service, boolean ofInstance, State state) {
		return Tags.of("service", service, "scope", ofInstance ? "instance" : "service", "state", name(state));
	}

	private static void breakers(String service, String scope, State state, Supplier<Number> count,
			MeterRegistry registry) {
		Gauge.builder("governance.loadbalancer.breakers", count)
			.tags("service", service, "scope", scope, "state", name(state))
			.description("Circuit breakers that are not closed")
			.register(registry);
	}

	private void count(String name, Tags tags, int times) {
		MeterRegistry registry = this.registry;
		if (registry != null) {
			this.counters
				.computeIfAbsent(new Id(name, tags),
						(id) -> Counter.builder(name).tags(tags).description(DESCRIPTIONS.get(name)).register(registry))
				.increment(times);
		}
	}

	private static String name(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

	private record Id(String name, Tags tags) {
	}

	private record Called(String service, boolean guarded) {
	}

}
