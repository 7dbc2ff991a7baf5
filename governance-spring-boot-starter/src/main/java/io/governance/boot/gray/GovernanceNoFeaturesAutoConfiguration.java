package io.governance.boot.gray;

import java.time.InstantSource;

import io.governance.gray.Features;
import io.governance.gray.GrayRules;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * What stands in where gray release is switched off, as in tests: whoever asks for
 * {@link Features} has them, and none is on.
 */
@AutoConfiguration(after = GovernanceGrayFeaturesAutoConfiguration.class)
public final class GovernanceNoFeaturesAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	Features governanceFeatures() {
		return new Features(() -> GrayRules.NONE, (exposure) -> {
		}, InstantSource.system());
	}

}
