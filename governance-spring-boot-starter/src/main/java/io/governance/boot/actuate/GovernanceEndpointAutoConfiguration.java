package io.governance.boot.actuate;

import java.time.InstantSource;

import io.governance.boot.GovernanceProperties;
import io.governance.boot.config.ConfigLifecycle;
import io.governance.boot.config.GovernanceConfigAutoConfiguration;
import io.governance.boot.configdata.ConfigLayerProperties;
import io.governance.boot.configdata.ConfigLayerProperties.Layout;
import io.governance.boot.configdata.GovernancePropertySource;
import io.governance.boot.operations.GovernanceOperationsAutoConfiguration;
import io.governance.config.ConfigFormats;
import io.governance.config.ConfigManager;
import io.governance.operations.ConfigOperations;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

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
		ShownValues governanceShownValues(ConfigurableEnvironment environment,
				ObjectProvider<SanitizingFunction> functions, GovernanceConfigEndpointProperties properties) {
			return new ShownValues(environment.getPropertySources().get(GovernancePropertySource.NAME),
					new Sanitizer(functions.orderedStream().toList()), properties);
		}

		@Bean
		@ConditionalOnMissingBean
		GovernanceConfigEndpoint governanceConfigEndpoint(ConfigManager manager, ShownValues values) {
			return new GovernanceConfigEndpoint(manager, values, InstantSource.system());
		}

		@Bean
		@ConditionalOnBean(ConfigOperations.class)
		@ConditionalOnMissingBean
		@Nullable GovernanceConfigWriter governanceConfigWriter(ConfigManager manager,
				ObjectProvider<ConfigOperations> operations, ShownValues values, EndpointAccessResolver access,
				Environment environment) {
			ConfigOperations available = operations.getIfAvailable();
			if (available == null) {
				return null;
			}
			Binder binder = Binder.get(environment);
			String namespace = binder.bindOrCreate("governance", GovernanceProperties.class).namespace();
			Layout layout = binder.bindOrCreate("governance.config", ConfigLayerProperties.class).layout();
			ApplicationDocuments documents = new ApplicationDocuments(manager, namespace,
					(layout == Layout.SPRING_CLOUD_CONSUL) ? "spring-cloud-consul" : null);
			return new GovernanceConfigWriter(documents, available, new VersionReport(ConfigFormats.standard(), values),
					values, access.accessFor(EndpointId.of("governanceconfig"), Access.NONE));
		}

	}

}
