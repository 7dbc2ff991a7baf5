package io.governance.boot.loadbalancer;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.cloud.loadbalancer.core.ReactorLoadBalancer;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.env.Environment;

/**
 * What Spring Cloud LoadBalancer finds in the child context of each service. Gives way to
 * a load balancer that the user configures for the service or for all.
 */
@Configuration(proxyBeanMethods = false)
class GovernanceChildConfiguration {

	@Bean
	@Fallback
	@ConditionalOnMissingBean(ReactorLoadBalancer.class)
	GovernanceReactorLoadBalancer governanceReactorLoadBalancer(Environment environment, ReactiveChoices choices) {
		String service = environment.getRequiredProperty(LoadBalancerClientFactory.PROPERTY_NAME);
		return new GovernanceReactorLoadBalancer(choices.apply(service));
	}

}
