package io.governance.boot.call;

import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;

import io.governance.boot.loadbalancer.EndpointGate;

/**
 * What stands over the calls to each service: its settings, its budget of retries and its
 * circuit breakers. Made at the first call to a service. Thread-safe.
 */
final class CallGuards {

	private final GovernanceCallProperties properties;

	private final CircuitBreakerRegistry breakers;

	private final CircuitBreakerConfig breakerConfig;

	private final LongSupplier ticker;

	private final RandomGenerator random;

	private final ConcurrentMap<String, ServiceGuard> services = new ConcurrentHashMap<>();

	private volatile CallListener listener = CallListener.NONE;

	/**
	 * Creates the guards.
	 * @param properties the settings
	 * @param breakers takes the breakers of services
	 * @param time the time of day, asked once, from which circuit breakers count on
	 * @param ticker a clock in nanoseconds, for durations only
	 * @param random makes the jitter of pauses; thread-safe
	 */
	CallGuards(GovernanceCallProperties properties, CircuitBreakerRegistry breakers, InstantSource time,
			LongSupplier ticker, RandomGenerator random) {
		this.properties = properties;
		this.breakers = breakers;
		this.breakerConfig = BreakerSettings.of(properties.breaker(), time, ticker);
		this.ticker = ticker;
		this.random = random;
	}

	ServiceGuard of(String service) {
		ServiceGuard guard = this.services.get(service);
		return (guard != null) ? guard : first(service);
	}

	private ServiceGuard first(String service) {
		ServiceGuard guard = this.services.computeIfAbsent(service, this::create);
		this.listener.called(service, guard.breaker() != null);
		return guard;
	}

	private ServiceGuard create(String service) {
		CallSettings settings = CallSettings.of(this.properties, service);
		return new ServiceGuard(service, settings, this.properties.retry(),
				settings.breaker() ? this.breakers.circuitBreaker("service:" + service, this.breakerConfig) : null,
				this.properties.breaker().openFor(), this.ticker, this.random, () -> this.listener);
	}

	/** Sets who is told, in place of whoever was told before. */
	void observedBy(CallListener listener) {
		this.listener = listener;
		this.services.forEach((service, guard) -> listener.called(service, guard.breaker() != null));
	}

	/** The state of the circuit breaker of a service; {@code null} if it has none. */
	@Nullable State state(String service) {
		ServiceGuard guard = this.services.get(service);
		CircuitBreaker breaker = (guard != null) ? guard.breaker() : null;
		return (breaker != null) ? breaker.getState() : null;
	}

	EndpointGate newInstanceBreakers() {
		boolean any = this.properties.breaker().enabled()
				|| this.properties.services().values().stream().anyMatch((own) -> Boolean.TRUE.equals(own.breaker()));
		return !any ? EndpointGate.NONE
				: new InstanceBreakers((service) -> CallSettings.of(this.properties, service).breaker(),
						this.breakerConfig, this.properties.breaker().openFor().toMillis(), () -> this.listener);
	}

	CircuitBreakerConfig breakerConfig() {
		return this.breakerConfig;
	}

}
