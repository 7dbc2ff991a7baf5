package io.governance.boot.actuate;

import io.governance.boot.gray.GovernanceGrayFeaturesAutoConfiguration;
import io.governance.boot.gray.GrayChanges;
import io.governance.boot.gray.GrayRulesKeeper;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the endpoint that shows the gray rules.
 */
@AutoConfiguration(after = GovernanceGrayFeaturesAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean({ GrayRulesKeeper.class, GrayChanges.class })
@ConditionalOnAvailableEndpoint(GovernanceGrayEndpoint.class)
public final class GovernanceGrayEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GovernanceGrayEndpoint governanceGrayEndpoint(GrayRulesKeeper keeper, GrayChanges changes) {
		return new GovernanceGrayEndpoint(keeper, changes);
	}

}
