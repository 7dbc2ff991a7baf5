package io.governance.boot.discovery;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

import io.governance.registry.ServiceDirectory;

/**
 * Auto-configuration for servers of Spring Boot Admin that show each instance that there
 * is: they look for new ones when Spring Cloud's heartbeat tells so.
 */
@AutoConfiguration(after = GovernanceHeartbeatAutoConfiguration.class,
		afterName = "de.codecentric.boot.admin.server.cloud.config.AdminServerDiscoveryAutoConfiguration")
@ConditionalOnBean(value = ServiceDirectory.class,
		type = "de.codecentric.boot.admin.server.cloud.discovery.InstanceDiscoveryListener")
public final class GovernanceAdminHeartbeatAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "governanceServicesHeartbeat")
	ServicesHeartbeat governanceServicesHeartbeat(ServiceDirectory directory, ApplicationEventPublisher publisher) {
		return new ServicesHeartbeat(directory, publisher);
	}

}
