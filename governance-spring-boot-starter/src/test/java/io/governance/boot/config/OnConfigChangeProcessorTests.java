package io.governance.boot.config;

import io.governance.boot.GovernanceProperties;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.config.BeanPostProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which beans are searched for methods.
 */
class OnConfigChangeProcessorTests {

	@Test
	@DisplayName("the library's own beans are passed over, but not where they cannot be told from the application's")
	void ownBeansArePassedOver() {
		assertThat(OnConfigChangeProcessor.ofItsOwn(OnConfigChangeProcessor.class, BeanPostProcessor.class))
			.isSameAs(GovernanceProperties.class.getProtectionDomain())
			.isNotSameAs(getClass().getProtectionDomain());
		// As where all code is in one jar.
		assertThat(OnConfigChangeProcessor.ofItsOwn(OnConfigChangeProcessor.class, GovernanceProperties.class))
			.isNull();
	}

}
