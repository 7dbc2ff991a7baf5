package io.governance.boot;

import java.util.LinkedHashMap;
import java.util.Map;

import reactor.core.publisher.Hooks;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.ClassUtils;

/**
 * What holds unless the application says otherwise.
 */
final class GovernanceDefaults implements EnvironmentPostProcessor {

	private static final String DEV_TOOLS = "org.springframework.boot.devtools.restart.classloader.RestartClassLoader";

	/** A property that each test of Spring Boot's has set. */
	private static final String TEST = "org.springframework.boot.test.context.SpringBootTestContextBootstrapper";

	private static final String PROPAGATION = "spring.reactor.context-propagation";

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		ClassLoader classLoader = application.getClassLoader();
		boolean reactive = carriesLanes(environment) && isPresent("io.micrometer.context.ContextRegistry", classLoader)
				&& isPresent("reactor.core.publisher.Hooks", classLoader);
		Map<String, Object> defaults = new LinkedHashMap<>();
		defaults.put("management.endpoint.health.status.order", "down,out-of-service,degraded,up,unknown");
		// It asks for all services, and would be DOWN while the registry is away.
		defaults.put("spring.cloud.discovery.client.health-indicator.use-services-query", false);
		if (reactive) {
			defaults.put(PROPAGATION, "auto");
		}
		if (isRestartedByDevTools(environment, classLoader) || environment.containsProperty(TEST)) {
			// Nobody wants to wait until callers have learned of it. Tests close each
			// context that they have started, and pause it while others are tested.
			defaults.put("governance.registry.drain.min-time", "0s");
			defaults.put("governance.registry.drain.quiet-period", "0s");
		}
		defaults.keySet().removeIf(environment::containsProperty);
		DefaultPropertiesPropertySource.addOrMerge(defaults, environment.getPropertySources());
		if (reactive) {
			propagateWithoutBoot(environment, classLoader);
		}
	}

	private static boolean carriesLanes(ConfigurableEnvironment environment) {
		return isOn(environment, "governance.enabled") && isOn(environment, "governance.gray.enabled");
	}

	private static boolean isRestartedByDevTools(ConfigurableEnvironment environment, ClassLoader classLoader) {
		return classLoader.getClass().getName().equals(DEV_TOOLS)
				&& isOn(environment, "spring.devtools.add-properties");
	}

	/** Coroutines on servlets need no more of Reactor than its core. */
	private static void propagateWithoutBoot(ConfigurableEnvironment environment, ClassLoader classLoader) {
		if (!isPresent("org.springframework.boot.reactor.autoconfigure.ReactorAutoConfiguration", classLoader)
				&& "auto".equalsIgnoreCase(environment.getProperty(PROPAGATION))) {
			Hooks.enableAutomaticContextPropagation();
		}
	}

	private static boolean isPresent(String className, ClassLoader classLoader) {
		return ClassUtils.isPresent(className, classLoader);
	}

	private static boolean isOn(ConfigurableEnvironment environment, String property) {
		return environment.getProperty(property, Boolean.class, true);
	}

}
