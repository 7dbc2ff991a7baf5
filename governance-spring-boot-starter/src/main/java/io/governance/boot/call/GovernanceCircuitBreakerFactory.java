package io.governance.boot.call;

import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.circuitbreaker.CircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;

/**
 * Spring Cloud's circuit breakers on resilience4j, where the application has no other
 * ones. Runs on the thread of the caller. Thread-safe.
 */
public final class GovernanceCircuitBreakerFactory
		extends CircuitBreakerFactory<CircuitBreakerConfig, BreakerConfigBuilder> {

	private final CircuitBreakerRegistry registry;

	private final Supplier<CircuitBreakerConfig> defaults;

	private volatile Function<String, CircuitBreakerConfig> general;

	GovernanceCircuitBreakerFactory(CircuitBreakerRegistry registry, Supplier<CircuitBreakerConfig> defaults) {
		this.registry = registry;
		this.defaults = defaults;
		this.general = (id) -> defaults.get();
	}

	@Override
	public CircuitBreaker create(String id) {
		CircuitBreakerConfig own = getConfigurations().get(id);
		return new Breaker(this.registry.circuitBreaker(id, (own != null) ? own : this.general.apply(id)));
	}

	@Override
	protected BreakerConfigBuilder configBuilder(String id) {
		return new BreakerConfigBuilder(this.defaults.get());
	}

	@Override
	public void configureDefault(Function<String, CircuitBreakerConfig> defaultConfiguration) {
		this.general = defaultConfiguration;
	}

	/** One breaker. */
	private record Breaker(io.github.resilience4j.circuitbreaker.CircuitBreaker breaker) implements CircuitBreaker {

		@Override
		public <T> T run(Supplier<T> toRun, Function<@Nullable Throwable, T> fallback) {
			if (!this.breaker.tryAcquirePermission()) {
				return fallback.apply(CallNotPermittedException.createCallNotPermittedException(this.breaker));
			}
			long start = System.nanoTime();
			T result;
			try {
				result = toRun.get();
			}
			catch (Exception ex) {
				long nanos = System.nanoTime() - start;
				if (ClientErrors.isClientError(ex)) {
					this.breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
				}
				else {
					this.breaker.onError(nanos, TimeUnit.NANOSECONDS, ex);
				}
				return fallback.apply(ex);
			}
			catch (Error ex) {
				this.breaker.releasePermission();
				throw ex;
			}
			this.breaker.onSuccess(System.nanoTime() - start, TimeUnit.NANOSECONDS);
			return result;
		}

	}

}
