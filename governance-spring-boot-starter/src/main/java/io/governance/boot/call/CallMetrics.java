package io.governance.boot.call;

import java.util.Locale;
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
 * Counts further tries and transitions of circuit breakers. A call that succeeds at once
 * does not come here. Thread-safe.
 */
final class CallMetrics implements CallListener, SmartInitializingSingleton {

	private final CallGuards guards;

	private final EndpointGate gate;

	private final Supplier<MeterRegistry> source;

	private final ConcurrentMap<Id, Counter> counters = new ConcurrentHashMap<>();

	private final Set<String> services = ConcurrentHashMap.newKeySet();

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

	@Override
	public void retried(String service, RetryReason reason, Outcome outcome) {
		count("governance.loadbalancer.retries", "Further tries of calls that have ended",
				Tags.of("service", service, "reason", name(reason), "result", name(outcome)));
	}

	@Override
	public void outOfBudget(String service) {
		count("governance.loadbalancer.retries.exhausted",
				"Further tries that were not made, since there were too many lately", Tags.of("service", service));
	}

	@Override
	public void breaker(String service, boolean ofInstance, State state) {
		count("governance.loadbalancer.breaker.transitions", "Circuit breakers that went into a state",
				Tags.of("service", service, "scope", ofInstance ? "instance" : "service", "state", name(state)));
		MeterRegistry registry = this.registry;
		if (registry != null && this.services.add(service)) {
			register(service, registry);
		}
	}

	private void register(String service, MeterRegistry registry) {
		for (State state : new State[] { State.OPEN, State.HALF_OPEN }) {
			breakers(service, "service", state, () -> (this.guards.state(service) == state) ? 1 : 0, registry);
			if (this.gate instanceof InstanceBreakers breakers) {
				breakers(service, "instance", state, () -> breakers.count(service, state), registry);
			}
		}
	}

	private static void breakers(String service, String scope, State state, Supplier<Number> count,
			MeterRegistry registry) {
		Gauge.builder("governance.loadbalancer.breakers", count)
			.tags("service", service, "scope", scope, "state", name(state))
			.description("Circuit breakers that are not closed")
			.register(registry);
	}

	private void count(String name, String description, Tags tags) {
		MeterRegistry registry = this.registry;
		if (registry != null) {
			this.counters
				.computeIfAbsent(new Id(name, tags),
						(id) -> Counter.builder(name).tags(tags).description(description).register(registry))
				.increment();
		}
	}

	private static String name(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

	private record Id(String name, Tags tags) {
	}

}
