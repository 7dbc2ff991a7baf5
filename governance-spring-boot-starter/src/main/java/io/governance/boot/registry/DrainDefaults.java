package io.governance.boot.registry;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Who restarts an application with the developer tools, or tests one, does not want to
 * wait until its callers have learned of it: it drains for no time, unless that is set.
 * Tests close each context that they have started, and pause it while others are tested.
 */
final class DrainDefaults implements EnvironmentPostProcessor, Ordered {

	private static final String CLASS_LOADER = "org.springframework.boot.devtools.restart.classloader.RestartClassLoader";

	/** A property that each test of Spring Boot's has set. */
	private static final String TEST = "org.springframework.boot.test.context.SpringBootTestContextBootstrapper";

	private static final String PREFIX = "governance.registry.drain.";

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (!isRestartable(environment, application) && !environment.containsProperty(TEST)) {
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

	private static boolean isRestartable(ConfigurableEnvironment environment, SpringApplication application) {
		return application.getClassLoader().getClass().getName().equals(CLASS_LOADER)
				&& environment.getProperty("spring.devtools.add-properties", Boolean.class, true);
	}

}
