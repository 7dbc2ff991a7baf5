package io.governance.boot.backend;

import io.governance.backend.Backend;
import io.governance.boot.GovernanceProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of the backend, shared with the config data that was read before.
 */
@AutoConfiguration(after = SslAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "governance.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GovernanceProperties.class)
public final class GovernanceBackendAutoConfiguration {

	@Bean
	static PropertiesOnDemand governancePropertiesOnDemand(Environment environment) {
		return new PropertiesOnDemand(environment);
	}

	@Bean(destroyMethod = "")
	@ConditionalOnMissingBean
	Backend governanceBackend(Backends backends, ObjectProvider<SslBundles> bundles) {
		backends.refuseLateSettings();
		bundles.ifAvailable(backends::follow);
		return backends.select();
	}

	@Bean
	@ConditionalOnMissingBean
	ConfigBackend governanceConfigBackend(Backend backend, Backends backends, Environment environment) {
		return new ConfigBackend(
				environment.containsProperty("governance.config.backend") ? backends.forConfig() : backend);
	}

	/**
	 * The backends that were made before the context, or for its parent: whoever holds
	 * them closes them.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(SharedBackends.class)
	static class SharedConfiguration {

		@Bean(destroyMethod = "")
		@ConditionalOnMissingBean
		Backends governanceBackends(SharedBackends shared) {
			return shared.backends();
		}

	}

	/**
	 * The backends of a context that shares them with nobody.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(SharedBackends.class)
	static class OwnConfiguration {

		@Bean
		@ConditionalOnMissingBean
		Backends governanceBackends(Environment environment, ResourceLoader resourceLoader) {
			return new Backends(environment, resourceLoader.getClassLoader());
		}

	}

}
