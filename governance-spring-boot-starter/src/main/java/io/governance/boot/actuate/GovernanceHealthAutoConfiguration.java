package io.governance.boot.actuate;

import java.time.InstantSource;

import io.governance.boot.config.ConfigLifecycle;
import io.governance.boot.config.GovernanceConfigAutoConfiguration;
import io.governance.boot.discovery.GovernanceDiscoveryAutoConfiguration;
import io.governance.boot.gray.GovernanceGrayAutoConfiguration;
import io.governance.boot.gray.GrayRulesKeeper;
import io.governance.boot.configdata.GovernanceBootstrap;
import io.governance.boot.registry.GovernanceRegistryAutoConfiguration;
import io.governance.boot.registry.InstanceRegistrar;
import io.governance.config.ConfigManager;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.ServiceDirectory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of health.
 */
@AutoConfiguration(after = { GovernanceConfigAutoConfiguration.class, GovernanceGrayAutoConfiguration.class,
		GovernanceDiscoveryAutoConfiguration.class, GovernanceRegistryAutoConfiguration.class })
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnEnabledHealthIndicator("governance")
public final class GovernanceHealthAutoConfiguration {

	@Bean
	@ConditionalOnBean(ConfigLifecycle.class)
	@ConditionalOnMissingBean(name = "governanceConfigHealthIndicator")
	GovernanceConfigHealthIndicator governanceConfigHealthIndicator(ConfigManager manager,
			ObjectProvider<GovernanceBootstrap> bootstrap) {
		GovernanceBootstrap made = bootstrap.getIfAvailable();
		boolean required = made != null && !made.policy().withoutBackend();
		return new GovernanceConfigHealthIndicator(manager, required, InstantSource.system());
	}

	@Bean
	@ConditionalOnBean(GrayRulesKeeper.class)
	@ConditionalOnMissingBean(name = "governanceGrayHealthIndicator")
	GovernanceGrayHealthIndicator governanceGrayHealthIndicator(GrayRulesKeeper keeper) {
		return new GovernanceGrayHealthIndicator(keeper);
	}

	@Bean
	@ConditionalOnBean(ServiceDirectory.class)
	@ConditionalOnMissingBean(name = "governanceDiscoveryHealthIndicator")
	GovernanceDiscoveryHealthIndicator governanceDiscoveryHealthIndicator(ServiceDirectory directory) {
		return new GovernanceDiscoveryHealthIndicator(directory);
	}

	@Bean
	@ConditionalOnBean(name = "governanceInstanceRegistrar")
	@ConditionalOnMissingBean(name = "governanceRegistryHealthIndicator")
	GovernanceRegistryHealthIndicator governanceRegistryHealthIndicator(RegistrationKeeper keeper) {
		return new GovernanceRegistryHealthIndicator(keeper);
	}

}
