package io.governance.boot.call;

import java.util.function.Consumer;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;

import org.springframework.cloud.client.circuitbreaker.ConfigBuilder;

/**
 * Builds the configuration of a circuit breaker of Spring Cloud's factories, beginning
 * with {@code governance.call.breaker}. Not thread-safe.
 */
public final class BreakerConfigBuilder implements ConfigBuilder<CircuitBreakerConfig> {

	private final CircuitBreakerConfig.Builder builder;

	BreakerConfigBuilder(CircuitBreakerConfig defaults) {
		this.builder = CircuitBreakerConfig.from(defaults);
	}

	/**
	 * Changes the configuration.
	 * @param change changes it
	 * @return this
	 */
	public BreakerConfigBuilder with(Consumer<CircuitBreakerConfig.Builder> change) {
		change.accept(this.builder);
		return this;
	}

	@Override
	public CircuitBreakerConfig build() {
		return this.builder.build();
	}

}
