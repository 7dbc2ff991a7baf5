package io.governance.boot.actuate;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * What holds for health unless the application says otherwise: DEGRADED is between
 * OUT_OF_SERVICE and UP, and Spring Cloud's own indicator of discovery does not ask for
 * all services, for it would be DOWN while the registry is away.
 */
final class HealthDefaults implements EnvironmentPostProcessor, Ordered {

	private static final Map<String, Object> DEFAULTS = Map.of("management.endpoint.health.status.order",
			"down,out-of-service,degraded,up,unknown",
			"spring.cloud.discovery.client.health-indicator.use-services-query", false);

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		DEFAULTS.forEach((property, value) -> {
			if (!environment.containsProperty(property)) {
				DefaultPropertiesPropertySource.addOrMerge(Map.of(property, value), environment.getPropertySources());
			}
		});
	}

}
