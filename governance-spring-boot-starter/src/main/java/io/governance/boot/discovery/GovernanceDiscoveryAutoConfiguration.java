package io.governance.boot.discovery;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.client.CommonsClientAutoConfiguration;
import org.springframework.cloud.client.ConditionalOnBlockingDiscoveryEnabled;
import org.springframework.cloud.client.ConditionalOnDiscoveryEnabled;
import org.springframework.cloud.client.ConditionalOnReactiveDiscoveryEnabled;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClientAutoConfiguration;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import reactor.core.publisher.Flux;

import io.governance.backend.Backend;
import io.governance.boot.backend.GovernanceBackendAutoConfiguration;
import io.governance.registry.ServiceDirectory;

/**
 * Auto-configuration for the discovery of other services.
 */
@AutoConfiguration(after = GovernanceBackendAutoConfiguration.class,
		before = { CompositeDiscoveryClientAutoConfiguration.class, SimpleDiscoveryClientAutoConfiguration.class,
				CommonsClientAutoConfiguration.class },
		beforeName = {
				"org.springframework.cloud.client.discovery.composite.reactive.ReactiveCompositeDiscoveryClientAutoConfiguration",
				"org.springframework.cloud.client.ReactiveCommonsClientAutoConfiguration" })
@ConditionalOnBean(Backend.class)
@ConditionalOnDiscoveryEnabled
@ConditionalOnBooleanProperty(name = "governance.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "governance.discovery.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GovernanceDiscoveryProperties.class)
public final class GovernanceDiscoveryAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ServiceDirectory governanceServiceDirectory(Backend backend) {
		return new ServiceDirectory(backend.discovery());
	}

	@Bean
	@ConditionalOnMissingBean
	FirstList governanceFirstList(ServiceDirectory directory, GovernanceDiscoveryProperties properties) {
		return new FirstList(directory, properties.timeout());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBlockingDiscoveryEnabled
	static class BlockingConfiguration {

		@Bean
		@ConditionalOnMissingBean
		GovernanceDiscoveryClient governanceDiscoveryClient(Backend backend, ServiceDirectory directory,
				FirstList firstList) {
			return new GovernanceDiscoveryClient(backend.name(), directory, firstList);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Flux.class)
	@ConditionalOnReactiveDiscoveryEnabled
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean
		GovernanceReactiveDiscoveryClient governanceReactiveDiscoveryClient(Backend backend, ServiceDirectory directory,
				GovernanceDiscoveryProperties properties) {
			return new GovernanceReactiveDiscoveryClient(backend.name(), directory, properties.timeout());
		}

	}

}
