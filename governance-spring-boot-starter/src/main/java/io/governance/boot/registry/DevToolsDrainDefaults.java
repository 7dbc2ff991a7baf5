package io.governance.boot.registry;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Who restarts an application with the developer tools does not want to wait until its
 * callers have learned of it: it drains for no time, unless that is set.
 */
final class DevToolsDrainDefaults implements EnvironmentPostProcessor, Ordered {

	private static final String CLASS_LOADER = "org.springframework.boot.devtools.restart.classloader.RestartClassLoader";

	private static final String PREFIX = "governance.registry.drain.";

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (!application.getClassLoader().getClass().getName().equals(CLASS_LOADER)
				|| !environment.getProperty("spring.devtools.add-properties", Boolean.class, true)) {
			return;
		}
		Map<String, Object> defaults = new LinkedHashMap<>();
		for (String part : new String[] { "min-time", "quiet-period" }) {
			if (!environment.containsProperty(PREFIX + part)) {
				defaults.put(PREFIX + part, "0s");
			}
		}
		DefaultPropertiesPropertySource.addOrMerge(defaults, environment.getPropertySources());
	}

}
