package io.governance.boot.actuate;

import java.time.InstantSource;

import io.governance.boot.config.ConfigLifecycle;
import io.governance.boot.config.GovernanceConfigAutoConfiguration;
import io.governance.boot.registry.GovernanceRegistryAutoConfiguration;
import io.governance.config.ConfigManager;
import io.governance.registry.RegistrationKeeper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of metrics.
 */
@AutoConfiguration(after = { GovernanceConfigAutoConfiguration.class, GovernanceRegistryAutoConfiguration.class },
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
public final class GovernanceMetricsAutoConfiguration {

	@Bean
	@ConditionalOnBean(RegistrationKeeper.class)
	@ConditionalOnMissingBean
	RegistrationMetrics governanceRegistrationMetrics(MeterRegistry registry) {
		return new RegistrationMetrics(registry);
	}

	@Bean
	@ConditionalOnBean(ConfigLifecycle.class)
	@ConditionalOnMissingBean(name = "governanceConfigMetrics")
	MeterBinder governanceConfigMetrics(ConfigManager manager) {
		return new ConfigMetrics(manager, InstantSource.system());
	}

}
