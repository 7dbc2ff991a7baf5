package io.governance.boot.call;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.cloud.client.CommonsClientAutoConfiguration;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * Auto-configuration for Spring Cloud's circuit breakers. Comes after Spring Cloud
 * Commons, which puts every HTTP interface client behind the circuit breakers that it
 * finds, and wraps what the client throws.
 */
@AutoConfiguration(after = { GovernanceCallAutoConfiguration.class, CommonsClientAutoConfiguration.class },
		afterName = { "org.springframework.cloud.circuitbreaker.resilience4j.Resilience4JAutoConfiguration",
				"org.springframework.cloud.circuitbreaker.resilience4j.ReactiveResilience4JAutoConfiguration" })
@ConditionalOnBean(name = "governanceCallGuards")
public final class GovernanceCircuitBreakerAutoConfiguration {

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	CircuitBreakerRegistry governanceCircuitBreakerRegistry() {
		return CircuitBreakerRegistry.ofDefaults();
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean(CircuitBreakerFactory.class)
	GovernanceCircuitBreakerFactory governanceCircuitBreakerFactory(CircuitBreakerRegistry registry,
			CallGuards guards) {
		return new GovernanceCircuitBreakerFactory(registry, guards::breakerConfig);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Mono.class)
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean(ReactiveCircuitBreakerFactory.class)
		GovernanceReactiveCircuitBreakerFactory governanceReactiveCircuitBreakerFactory(CircuitBreakerRegistry registry,
				CallGuards guards) {
			return new GovernanceReactiveCircuitBreakerFactory(registry, guards::breakerConfig);
		}

	}

}
