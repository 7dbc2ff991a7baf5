package io.governance.boot.gray;

import java.util.Map;

import reactor.core.publisher.Hooks;

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
		ClassLoader classLoader = application.getClassLoader();
		if (!isOn(environment, "governance.enabled") || !isOn(environment, "governance.gray.enabled")
				|| !ClassUtils.isPresent("io.micrometer.context.ContextRegistry", classLoader)
				|| !ClassUtils.isPresent("reactor.core.publisher.Hooks", classLoader)) {
			return;
		}
		if (!environment.containsProperty(PROPERTY)) {
			DefaultPropertiesPropertySource.addOrMerge(Map.of(PROPERTY, "auto"), environment.getPropertySources());
		}
		// Coroutines on servlets need no more of Reactor than its core.
		if (!ClassUtils.isPresent("org.springframework.boot.reactor.autoconfigure.ReactorAutoConfiguration",
				classLoader) && "auto".equalsIgnoreCase(environment.getProperty(PROPERTY))) {
			Hooks.enableAutomaticContextPropagation();
		}
	}

	private static boolean isOn(ConfigurableEnvironment environment, String property) {
		return environment.getProperty(property, Boolean.class, true);
	}

}
