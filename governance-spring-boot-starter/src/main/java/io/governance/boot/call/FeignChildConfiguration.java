package io.governance.boot.call;

import feign.micrometer.MicrometerObservationCapability;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What OpenFeign finds in the child context of each client. Where it has Feign observe
 * the calls of that client, {@link FeignObservations} do.
 */
@Configuration(proxyBeanMethods = false)
class FeignChildConfiguration {

	@Bean
	static ObservationsProcessor governanceFeignObservations(ObjectProvider<ObservationRegistry> observations) {
		return new ObservationsProcessor(observations);
	}

	/** Puts ours in the place of Feign's own; a user's own subclass stays. */
	static final class ObservationsProcessor implements BeanPostProcessor {

		private final ObjectProvider<ObservationRegistry> observations;

		ObservationsProcessor(ObjectProvider<ObservationRegistry> observations) {
			this.observations = observations;
		}

		@Override
		public @Nullable Object postProcessAfterInitialization(Object bean, String beanName) {
			return (bean.getClass() == MicrometerObservationCapability.class)
					? new FeignObservations(this.observations.getObject()) : bean;
		}

	}

}
