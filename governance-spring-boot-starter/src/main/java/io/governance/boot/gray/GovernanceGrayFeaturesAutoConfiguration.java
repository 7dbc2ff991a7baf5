package io.governance.boot.gray;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import dev.openfeature.sdk.NoOpProvider;
import dev.openfeature.sdk.OpenFeatureAPI;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.util.function.SingletonSupplier;

import io.governance.backend.Backend;
import io.governance.boot.backend.ConfigBackend;
import io.governance.config.ConfigStore;
import io.governance.gray.ExposureListener;
import io.governance.gray.Features;

/**
 * Auto-configuration of what code asks gray rules for, and of what is told about them.
 */
@AutoConfiguration(after = GovernanceGrayAutoConfiguration.class)
@ConditionalOnBean(GrayRulesKeeper.class)
@EnableConfigurationProperties(GovernanceGrayExposureProperties.class)
public final class GovernanceGrayFeaturesAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GrayChanges governanceGrayChanges(ObjectProvider<Backend> backend, ObjectProvider<ConfigBackend> documents,
			ApplicationEventPublisher publisher) {
		return new GrayChanges(() -> store(backend, documents), publisher);
	}

	/** That of the backend: it is only read. */
	private static @Nullable ConfigStore store(ObjectProvider<Backend> backend,
			ObjectProvider<ConfigBackend> documents) {
		ConfigBackend chosen = documents.getIfAvailable();
		Backend used = (chosen != null) ? chosen.backend() : backend.getIfAvailable();
		return (used != null) ? used.config() : null;
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean(name = "governanceExposures")
	Exposures governanceExposures(ObjectProvider<ExposureListener> listeners,
			GovernanceGrayExposureProperties properties) {
		List<ExposureListener> all = new ArrayList<>(listeners.orderedStream().toList());
		return new Exposures(all, properties);
	}

	@Bean
	@ConditionalOnBooleanProperty("governance.gray.exposure.log")
	@ConditionalOnMissingBean(name = "governanceExposureLog")
	ExposureLog governanceExposureLog() {
		return new ExposureLog();
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	Features governanceFeatures(ObjectProvider<GrayRulesKeeper> keeper, Exposures exposures) {
		// The keeper tells listeners that ask for features.
		Supplier<GrayRulesKeeper> known = SingletonSupplier.of(keeper::getObject);
		return new Features(() -> known.get().rules(), exposures::shown, InstantSource.system());
	}

	/**
	 * What there is only with OpenFeature.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(OpenFeatureAPI.class)
	@ConditionalOnBooleanProperty(name = "governance.gray.openfeature.enabled", matchIfMissing = true)
	static class OpenFeatureConfiguration {

		@Bean
		@ConditionalOnMissingBean
		GrayFeatureProvider governanceFeatureProvider(Features features) {
			return new GrayFeatureProvider(features);
		}

		/** One for a parent and its children, whichever of them closes first. */
		@Bean
		@ConditionalOnMissingBean
		OpenFeatureRegistration governanceOpenFeatureRegistration(GrayFeatureProvider provider) {
			return new OpenFeatureRegistration(OpenFeatureAPI.getInstance(), provider);
		}

	}

	/** Sets the provider as long as the application runs. */
	static final class OpenFeatureRegistration implements SmartInitializingSingleton, DisposableBean {

		private final OpenFeatureAPI api;

		private final GrayFeatureProvider provider;

		OpenFeatureRegistration(OpenFeatureAPI api, GrayFeatureProvider provider) {
			this.api = api;
			this.provider = provider;
		}

		@Override
		public void afterSingletonsInstantiated() {
			this.api.setProviderAndWait(this.provider);
		}

		@Override
		public void destroy() {
			if (this.api.getProvider() == this.provider) {
				this.api.setProvider(new NoOpProvider());
			}
		}

	}

}
