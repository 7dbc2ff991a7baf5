package io.governance.boot.actuate;

import java.time.InstantSource;
import java.util.List;

import io.governance.backend.Backend;
import io.governance.boot.config.ConfigLifecycle;
import io.governance.boot.config.GovernanceConfigAutoConfiguration;
import io.governance.boot.discovery.GovernanceDiscoveryAutoConfiguration;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerAutoConfiguration;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.boot.registry.GovernanceRegistryAutoConfiguration;
import io.governance.boot.registry.GovernanceRegistryProperties;
import io.governance.config.ConfigManager;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.ServiceDirectory;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of metrics.
 */
@AutoConfiguration(
		after = { GovernanceConfigAutoConfiguration.class, GovernanceRegistryAutoConfiguration.class,
				GovernanceDiscoveryAutoConfiguration.class, GovernanceLoadBalancerAutoConfiguration.class },
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
@EnableConfigurationProperties(GovernanceMetricsProperties.class)
public final class GovernanceMetricsAutoConfiguration {

	@Bean
	@ConditionalOnBean(RegistrationKeeper.class)
	@ConditionalOnMissingBean(name = "governanceRegistrationMetrics")
	RegistrationMetrics governanceRegistrationMetrics(MeterRegistry registry, Backend backend,
			GovernanceRegistryProperties properties) {
		return new RegistrationMetrics(registry,
				properties.backends().isEmpty() ? List.of(backend.name()) : properties.backends());
	}

	@Bean
	@ConditionalOnBean(ConfigLifecycle.class)
	@ConditionalOnMissingBean(name = "governanceConfigMetrics")
	MeterBinder governanceConfigMetrics(ConfigManager manager) {
		return new ConfigMetrics(manager, InstantSource.system());
	}

	@Bean
	@ConditionalOnBean(ServiceDirectory.class)
	@ConditionalOnMissingBean(name = "governanceDiscoveryMetrics")
	DiscoveryMetrics governanceDiscoveryMetrics(ObjectProvider<MeterRegistry> registry,
			ObjectProvider<ServiceDirectory> directory) {
		return new DiscoveryMetrics(registry::getObject, directory::getObject, InstantSource.system());
	}

	@Bean
	@ConditionalOnBean(ServiceBalancers.class)
	@ConditionalOnMissingBean(name = "governanceBalancerMetrics")
	BalancerMetrics governanceBalancerMetrics(ObjectProvider<MeterRegistry> registry,
			ObjectProvider<ServiceBalancers> balancers, GovernanceMetricsProperties properties) {
		return new BalancerMetrics(registry::getObject, balancers::getObject, properties.maxInstances());
	}

}
