package io.governance.boot.actuate;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Puts DEGRADED between OUT_OF_SERVICE and UP in the order of health statuses, unless the
 * application has an order of its own.
 */
final class HealthStatusOrder implements EnvironmentPostProcessor, Ordered {

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		String property = "management.endpoint.health.status.order";
		if (!environment.containsProperty(property)) {
			DefaultPropertiesPropertySource.addOrMerge(Map.of(property, "down,out-of-service,degraded,up,unknown"),
					environment.getPropertySources());
		}
	}

}
