package io.governance.boot.actuate;

import io.governance.boot.call.ServiceBreakers;
import io.governance.boot.gray.GovernanceGrayAutoConfiguration;
import io.governance.boot.gray.GrayRulesKeeper;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerAutoConfiguration;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.gray.GrayRules;
import io.governance.registry.ServiceDirectory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the endpoint that shows the services that are called.
 */
@AutoConfiguration(after = { GovernanceLoadBalancerAutoConfiguration.class, GovernanceGrayAutoConfiguration.class })
@ConditionalOnClass({ SanitizingFunction.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean(ServiceBalancers.class)
@ConditionalOnAvailableEndpoint(GovernanceServicesEndpoint.class)
public final class GovernanceServicesAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GovernanceServicesEndpoint governanceServicesEndpoint(ServiceDirectory directory, ServiceBalancers balancers,
			ObjectProvider<ServiceBreakers> breakers, ObjectProvider<GrayRulesKeeper> rules,
			ObjectProvider<SanitizingFunction> functions) {
		return new GovernanceServicesEndpoint(directory, balancers, breakers.getIfAvailable(() -> (service) -> null),
				() -> rules(rules), new ShownMetadata(functions.orderedStream()));
	}

	private static GrayRules rules(ObjectProvider<GrayRulesKeeper> keeper) {
		GrayRulesKeeper known = keeper.getIfAvailable();
		return (known != null) ? known.rules() : GrayRules.NONE;
	}

}
