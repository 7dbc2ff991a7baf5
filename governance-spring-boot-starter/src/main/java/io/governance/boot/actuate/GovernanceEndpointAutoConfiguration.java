package io.governance.boot.actuate;

import java.time.InstantSource;

import io.governance.boot.config.ConfigLifecycle;
import io.governance.boot.config.GovernanceConfigAutoConfiguration;
import io.governance.boot.configdata.GovernancePropertySource;
import io.governance.boot.operations.GovernanceOperationsAutoConfiguration;
import io.governance.config.ConfigManager;
import io.governance.operations.ConfigOperations;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Auto-configuration of the endpoints of Actuator: ours, and what others may show.
 */
@AutoConfiguration(after = { GovernanceConfigAutoConfiguration.class, GovernanceOperationsAutoConfiguration.class })
@ConditionalOnClass({ SanitizingFunction.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean(ConfigLifecycle.class)
public final class GovernanceEndpointAutoConfiguration {

	@Bean
	SecretSanitizer governanceSecretSanitizer(ConfigManager manager) {
		return new SecretSanitizer(manager);
	}

	/**
	 * The endpoint, where it is switched on.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnAvailableEndpoint(GovernanceConfigEndpoint.class)
	@EnableConfigurationProperties(GovernanceConfigEndpointProperties.class)
	static class ConfigEndpointConfiguration {

		@Bean
		@ConditionalOnMissingBean
		GovernanceConfigEndpoint governanceConfigEndpoint(ConfigManager manager, ConfigurableEnvironment environment,
				ObjectProvider<SanitizingFunction> functions, GovernanceConfigEndpointProperties properties) {
			return new GovernanceConfigEndpoint(manager,
					environment.getPropertySources().get(GovernancePropertySource.NAME),
					new Sanitizer(functions.orderedStream().toList()), properties, InstantSource.system());
		}

		@Bean
		@ConditionalOnBean(ConfigOperations.class)
		@ConditionalOnMissingBean
		@Nullable GovernanceConfigWriter governanceConfigWriter(ConfigManager manager,
				ObjectProvider<ConfigOperations> operations) {
			ConfigOperations available = operations.getIfAvailable();
			return (available != null) ? new GovernanceConfigWriter(manager, available) : null;
		}

	}

}
