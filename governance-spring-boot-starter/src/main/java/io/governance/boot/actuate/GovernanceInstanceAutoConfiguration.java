package io.governance.boot.actuate;

import io.governance.boot.registry.GovernanceRegistryAutoConfiguration;
import io.governance.boot.registry.GovernanceRegistryProperties;
import io.governance.boot.registry.InboundCalls;
import io.governance.boot.registry.InstanceRegistrar;
import io.governance.registry.RegistrationKeeper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of what Actuator and the registration of this application have to do
 * with each other.
 */
@AutoConfiguration(after = GovernanceRegistryAutoConfiguration.class,
		afterName = "org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration")
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean(name = "governanceInstanceRegistrar", search = SearchStrategy.CURRENT)
public final class GovernanceInstanceAutoConfiguration {

	/**
	 * The endpoint, where it is exposed.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnAvailableEndpoint(GovernanceInstanceEndpoint.class)
	static class EndpointConfiguration {

		@Bean
		@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
		GovernanceInstanceEndpoint governanceInstanceEndpoint(RegistrationKeeper keeper, InstanceRegistrar registrar,
				InboundCalls calls, ObjectProvider<SanitizingFunction> functions) {
			return new GovernanceInstanceEndpoint(keeper, registrar, calls,
					new ShownMetadata(functions.orderedStream()));
		}

		@Bean
		@ConditionalOnMissingBean
		GovernanceInstanceWriter governanceInstanceWriter(GovernanceInstanceEndpoint endpoint) {
			return new GovernanceInstanceWriter(endpoint);
		}

	}

	/**
	 * The mirror, where it is wanted.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HealthEndpoint.class)
	@ConditionalOnBean(HealthEndpoint.class)
	@ConditionalOnBooleanProperty("governance.registry.health.mirror")
	static class HealthConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceHealthMirror", search = SearchStrategy.CURRENT)
		HealthMirror governanceHealthMirror(InstanceRegistrar registrar, HealthEndpoint health,
				GovernanceRegistryProperties properties) {
			return new HealthMirror(registrar, health, properties.health().group(), properties.health().interval());
		}

	}

}
