package io.governance.boot.call;

import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;

import io.governance.boot.InvalidSettingException;
import io.governance.boot.call.GovernanceCallProperties.Retry;
import io.governance.boot.loadbalancer.EndpointGate;
import io.governance.call.RetryBudget;

/**
 * What stands over the calls to each service: its settings, its budget of retries and its
 * circuit breakers. Made at the first call to a service, and again when its settings
 * change: calls under way end as they have begun. Thread-safe.
 */
final class CallGuards implements ServiceBreakers {

	private final CircuitBreakerRegistry breakers;

	private final InstantSource time;

	private final LongSupplier ticker;

	private final RandomGenerator random;

	private final InstanceBreakers instances;

	private final ConcurrentMap<String, ServiceGuard> services = new ConcurrentHashMap<>();

	private volatile Settings settings;

	private volatile CallListener listener = CallListener.NONE;

	/**
	 * Creates the guards.
	 * @param properties the settings
	 * @param breakers takes the breakers of services
	 * @param time the time of day, from which circuit breakers of the same settings count
	 * on
	 * @param ticker a clock in nanoseconds, for durations only
	 * @param random makes the jitter of pauses; thread-safe
	 */
	CallGuards(GovernanceCallProperties properties, CircuitBreakerRegistry breakers, InstantSource time,
			LongSupplier ticker, RandomGenerator random) {
		this.breakers = breakers;
		this.time = time;
		this.ticker = ticker;
		this.random = random;
		this.settings = new Settings(properties, BreakerSettings.of(properties.breaker(), time, ticker));
		this.instances = new InstanceBreakers(this.settings::guarded, this.settings.breaker(), () -> this.listener);
	}

	/**
	 * Takes over other properties. Circuit breakers and budgets that they leave alone
	 * keep what they have counted.
	 * @throws InvalidSettingException if a property is out of its range
	 */
	synchronized void properties(GovernanceCallProperties properties) {
		properties.check();
		Settings before = this.settings;
		Settings now = new Settings(properties, properties.breaker().equals(before.properties().breaker())
				? before.breaker() : BreakerSettings.of(properties.breaker(), this.time, this.ticker));
		this.settings = now;
		this.services.replaceAll((service, guard) -> guard(service, now, guard, before));
		this.instances.settings(now::guarded, now.breaker());
		tell(this.listener);
	}

	ServiceGuard of(String service) {
		ServiceGuard guard = this.services.get(service);
		return (guard != null) ? guard : first(service);
	}

	private ServiceGuard first(String service) {
		ServiceGuard guard = create(service);
		this.listener.called(service, guard.breaker() != null);
		return guard;
	}

	/** Not while the settings change. */
	private synchronized ServiceGuard create(String service) {
		return this.services.computeIfAbsent(service, (name) -> guard(name, this.settings, null, this.settings));
	}

	private ServiceGuard guard(String service, Settings now, @Nullable ServiceGuard old, Settings before) {
		CallSettings settings = CallSettings.of(now.properties(), service);
		Retry retry = now.properties().retry();
		RetryBudget budget = (old != null && retry.budget() == before.properties().retry().budget()
				&& retry.minPerSecond() == before.properties().retry().minPerSecond()) ? old.budget()
						: new RetryBudget(retry.budget(), retry.minPerSecond(), this.ticker);
		ServiceBreaker breaker = breaker(service, settings.breaker() ? now.breaker() : null,
				(old != null) ? old.breaker() : null, before.breaker());
		return new ServiceGuard(service, settings, retry, budget, breaker, this.ticker, this.random,
				() -> this.listener);
	}

	private @Nullable ServiceBreaker breaker(String service, @Nullable BreakerSettings now,
			@Nullable ServiceBreaker old, BreakerSettings before) {
		String name = "service:" + service;
		if (old != null) {
			// The application may have put one of its own into the registry.
			boolean ours = old.breaker().getCircuitBreakerConfig() == before.config();
			if (now != null && (now == before || !ours)) {
				return old;
			}
			old.retire();
			if (ours) {
				this.breakers.remove(name);
			}
		}
		return (now == null) ? null : new ServiceBreaker(service, this.breakers.circuitBreaker(name, now.config()),
				now.openMillis(), () -> this.listener);
	}

	/** Sets who is told, in place of whoever was told before. */
	void observedBy(CallListener listener) {
		this.listener = listener;
		tell(listener);
	}

	private void tell(CallListener listener) {
		this.services.forEach((service, guard) -> listener.called(service, guard.breaker() != null));
	}

	/** The state of the circuit breaker of a service; {@code null} if it has none. */
	@Nullable State state(String service) {
		ServiceGuard guard = this.services.get(service);
		ServiceBreaker breaker = (guard != null) ? guard.breaker() : null;
		return (breaker != null) ? breaker.state() : null;
	}

	@Override
	public @Nullable String stateOf(String service) {
		State state = state(service);
		return (state != null) ? state.name() : null;
	}

	EndpointGate instanceBreakers() {
		return this.instances;
	}

	CircuitBreakerConfig breakerConfig() {
		return this.settings.breaker().config();
	}

	/** What holds for all services at a time. */
	private record Settings(GovernanceCallProperties properties, BreakerSettings breaker) {

		boolean guarded(String service) {
			return CallSettings.of(this.properties, service).breaker();
		}

	}

}
