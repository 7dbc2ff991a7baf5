package io.governance.boot.discovery;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

import io.governance.registry.ServiceDirectory;

/**
 * Auto-configuration for gateways that have a route to each service that there is: they
 * look for new ones when Spring Cloud's heartbeat tells so.
 */
@AutoConfiguration(after = GovernanceDiscoveryAutoConfiguration.class,
		afterName = "org.springframework.cloud.gateway.discovery.GatewayDiscoveryClientAutoConfiguration")
@ConditionalOnBean(value = ServiceDirectory.class,
		type = "org.springframework.cloud.gateway.discovery.DiscoveryClientRouteDefinitionLocator")
public final class GovernanceHeartbeatAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "governanceServicesHeartbeat")
	ServicesHeartbeat governanceServicesHeartbeat(ServiceDirectory directory, ApplicationEventPublisher publisher) {
		return new ServicesHeartbeat(directory, publisher);
	}

}
