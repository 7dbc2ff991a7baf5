package io.governance.boot.call;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;

/**
 * Spring Cloud's reactive circuit breakers on resilience4j, where the application has no
 * other ones. Never blocks. Thread-safe.
 */
public final class GovernanceReactiveCircuitBreakerFactory
		extends ReactiveCircuitBreakerFactory<CircuitBreakerConfig, BreakerConfigBuilder> {

	private final CircuitBreakerRegistry registry;

	private final Supplier<CircuitBreakerConfig> defaults;

	private volatile Function<String, CircuitBreakerConfig> general;

	GovernanceReactiveCircuitBreakerFactory(CircuitBreakerRegistry registry, Supplier<CircuitBreakerConfig> defaults) {
		this.registry = registry;
		this.defaults = defaults;
		this.general = (id) -> defaults.get();
	}

	@Override
	public ReactiveCircuitBreaker create(String id) {
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
	private record Breaker(
			io.github.resilience4j.circuitbreaker.CircuitBreaker breaker) implements ReactiveCircuitBreaker {

		@Override
		public <T> Mono<T> run(Mono<T> toRun, Function<Throwable, Mono<T>> fallback) {
			return Mono.defer(() -> {
				Consumer<@Nullable Throwable> end = begin();
				return (end != null) ? toRun.doOnSuccess((value) -> end.accept(null))
					.doOnError(end)
					.doOnCancel(this.breaker::releasePermission) : Mono.<T>error(this::refused);
			}).onErrorResume(fallback);
		}

		@Override
		public <T> Flux<T> run(Flux<T> toRun, Function<Throwable, Flux<T>> fallback) {
			return Flux.defer(() -> {
				Consumer<@Nullable Throwable> end = begin();
				return (end != null) ? toRun.doOnComplete(() -> end.accept(null))
					.doOnError(end)
					.doOnCancel(this.breaker::releasePermission) : Flux.<T>error(this::refused);
			}).onErrorResume(fallback);
		}

		private Throwable refused() {
			return CallNotPermittedException.createCallNotPermittedException(this.breaker);
		}

		/** Asks for a call; what is returned ends it. */
		private @Nullable Consumer<@Nullable Throwable> begin() {
			if (!this.breaker.tryAcquirePermission()) {
				return null;
			}
			long start = System.nanoTime();
			AtomicBoolean ended = new AtomicBoolean();
			return (failure) -> {
				if (ended.compareAndSet(false, true)) {
					long nanos = System.nanoTime() - start;
					if (failure == null || ClientErrors.isClientError(failure)) {
						this.breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
					}
					else {
						this.breaker.onError(nanos, TimeUnit.NANOSECONDS, failure);
					}
				}
			};
		}

	}

}
