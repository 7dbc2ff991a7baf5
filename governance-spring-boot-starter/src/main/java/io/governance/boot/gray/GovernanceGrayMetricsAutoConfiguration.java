package io.governance.boot.gray;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.servlet.Filter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.server.WebFilter;

/**
 * Auto-configuration of the metrics of gray release.
 */
@AutoConfiguration(after = { GovernanceGrayAutoConfiguration.class, GovernanceGrayFeaturesAutoConfiguration.class },
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ MeterRegistry.class, GrayRulesKeeper.class })
public final class GovernanceGrayMetricsAutoConfiguration {

	/** The bean that is told of inbound requests. */
	public static final String INBOUND_REQUESTS = "governanceGrayRequestTimers";

	/** How far behind the filter that decides requests are timed. */
	private static final int AFTER_DECISION = 10;

	@Bean
	@ConditionalOnMissingBean(name = "governanceGrayMetrics")
	GrayMetrics governanceGrayMetrics(ObjectProvider<MeterRegistry> registry, ObjectProvider<GrayRulesKeeper> keeper) {
		return new GrayMetrics(registry::getObject, keeper::getObject);
	}

	@Bean
	@ConditionalOnMissingBean(name = INBOUND_REQUESTS)
	GrayRequestTimers governanceGrayRequestTimers(ObjectProvider<MeterRegistry> registry, Environment environment) {
		String service = environment.getProperty("governance.registry.service", "");
		return new GrayRequestTimers(registry::getObject, StringUtils.hasText(service) ? service
				: environment.getProperty("spring.application.name", "application"));
	}

	@Bean
	@ConditionalOnBooleanProperty("governance.gray.exposure.metrics")
	@ConditionalOnMissingBean(name = "governanceExposureMetrics")
	ExposureMetrics governanceExposureMetrics(ObjectProvider<MeterRegistry> registry) {
		return new ExposureMetrics(registry::getObject);
	}

	@Bean
	@ConditionalOnMissingBean(name = "governanceDroppedExposures")
	MeterBinder governanceDroppedExposures(Exposures exposures) {
		return (registry) -> FunctionCounter.builder("governance.gray.exposures.dropped", exposures, Exposures::dropped)
			.description("Exposures that listeners were too slow for")
			.register(registry);
	}

	static int after(LaneDecision decision) {
		return (int) Math.min(Ordered.LOWEST_PRECEDENCE, (long) decision.order() + AFTER_DECISION);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.SERVLET)
	@ConditionalOnClass({ Filter.class, OncePerRequestFilter.class })
	static class ServletConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceGrayRequestFilter")
		GrayRequestFilter governanceGrayRequestFilter(GrayRequestTimers timers, LaneDecision decision) {
			return new GrayRequestFilter(timers, after(decision));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	@ConditionalOnClass(WebFilter.class)
	static class WebFluxConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceGrayRequestWebFilter")
		GrayRequestWebFilter governanceGrayRequestWebFilter(GrayRequestTimers timers, LaneDecision decision) {
			return new GrayRequestWebFilter(timers, after(decision));
		}

	}

}
