package io.governance.boot.gray;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.ClassUtils;

/**
 * Has Reactor restore the lanes on whatever thread it goes on, unless the application
 * says otherwise.
 */
final class ReactorPropagationDefault implements EnvironmentPostProcessor, Ordered {

	private static final String PROPERTY = "spring.reactor.context-propagation";

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (!environment.containsProperty(PROPERTY) && isOn(environment, "governance.enabled")
				&& isOn(environment, "governance.gray.enabled") && isPresent("io.micrometer.context.ContextRegistry")
				&& isPresent("reactor.core.publisher.Hooks")) {
			DefaultPropertiesPropertySource.addOrMerge(Map.of(PROPERTY, "auto"), environment.getPropertySources());
		}
	}

	private static boolean isOn(ConfigurableEnvironment environment, String property) {
		return environment.getProperty(property, Boolean.class, true);
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, ReactorPropagationDefault.class.getClassLoader());
	}

}
