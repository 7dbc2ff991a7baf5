package io.governance.boot.config;

import io.governance.boot.GovernanceProperties;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.OverridingClassLoader;

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

	@Test
	void beanThatIsLazyAndCannotBeLookedAtStaysLazy() throws ClassNotFoundException {
		ClassLoader loader = new OverridingClassLoader(getClass().getClassLoader()) {

			@Override
			protected boolean isEligibleForOverriding(String name) {
				return name.equals(Incomplete.class.getName());
			}

			@Override
			public Class<?> loadClass(String name) throws ClassNotFoundException {
				if (name.equals(Missing.class.getName())) {
					throw new ClassNotFoundException(name);
				}
				return super.loadClass(name);
			}

		};
		assertThat(OnConfigChangeProcessor.observes(loader.loadClass(Incomplete.class.getName()))).isFalse();
	}

	static class Incomplete {

		void use(Missing part) {
		}

	}

	static class Missing {

	}

}
