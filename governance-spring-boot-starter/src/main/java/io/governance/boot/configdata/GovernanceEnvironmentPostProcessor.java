package io.governance.boot.configdata;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.governance.boot.GovernanceProperties;
import io.governance.boot.backend.Backends;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigStatus;
import io.governance.config.SnapshotCache;
import io.governance.config.StartPolicy;
import io.governance.config.secret.Secrets;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.bootstrap.BootstrapRegistry.InstanceSupplier;
import org.springframework.boot.bootstrap.ConfigurableBootstrapContext;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

/**
 * Reads the remote config of an application that imports {@code governance:}. Runs when
 * the environment is complete, so that {@code governance.*} may stand wherever other
 * properties may, and remote config can be put above all packaged files and below all
 * external ones.
 */
final class GovernanceEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	/** The property sources that survive Spring Cloud's refresh of the environment. */
	private static final String RETAINED = "spring.cloud.refresh.additional-property-sources-to-retain";

	private final Log logger;

	private final ConfigurableBootstrapContext bootstrapContext;

	GovernanceEnvironmentPostProcessor(DeferredLogFactory logFactory, ConfigurableBootstrapContext bootstrapContext) {
		this.logger = logFactory.getLog(GovernanceEnvironmentPostProcessor.class);
		this.bootstrapContext = bootstrapContext;
	}

	@Override
	public int getOrder() {
		return ConfigDataEnvironmentPostProcessor.ORDER + 1;
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		MutablePropertySources sources = environment.getPropertySources();
		if (!(sources.get(ImportMark.NAME) instanceof ImportMark mark)) {
			return;
		}
		if (sources.contains(GovernancePropertySource.NAME)) {
			// Spring Cloud's refresh reads all files again; the live source stays as it
			// is.
			sources.remove(ImportMark.NAME);
			return;
		}
		Binder binder = Binder.get(environment);
		GovernanceProperties governance = binder.bindOrCreate("governance", GovernanceProperties.class);
		GovernanceConfigProperties config = binder.bindOrCreate("governance.config", GovernanceConfigProperties.class);
		if (!governance.enabled() || !config.enabled()) {
			sources.remove(ImportMark.NAME);
			return;
		}
		Backends backends = new Backends(environment, application.getClassLoader());
		Secrets secrets = binder.bindOrCreate("governance.secrets", GovernanceSecretsProperties.class)
			.open(environment, application.getClassLoader(), this.logger);
		try {
			ConfigManager manager = manager(environment, governance, config, backends, secrets);
			StartPolicy policy = new StartPolicy(mark.optional(),
					config.onInvalid() == GovernanceConfigProperties.OnInvalid.LAST_GOOD);
			if (!Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
				manager.load(policy);
				tell(manager.status());
			}
			place(sources, new GovernancePropertySource(manager));
			DefaultPropertiesPropertySource.addOrMerge(Map.of(RETAINED, GovernancePropertySource.NAME), sources);
			handOver(new GovernanceBootstrap(backends, manager, policy, secrets));
		}
		catch (RuntimeException ex) {
			secrets.close();
			backends.close();
			throw ex;
		}
	}

	private static ConfigManager manager(ConfigurableEnvironment environment, GovernanceProperties governance,
			GovernanceConfigProperties config, Backends backends, Secrets secrets) {
		String application = environment.getProperty("spring.application.name", "application");
		List<String> profiles = Arrays.asList((environment.getActiveProfiles().length > 0)
				? environment.getActiveProfiles() : environment.getDefaultProfiles());
		SnapshotCache cache = config.cache()
			.open("config", governance.namespace(), config.group(), application, String.join(",", profiles));
		return ConfigManager
			.of(backends.select().config(),
					ConfigLayers.of(governance.namespace(), config.group(), application, profiles))
			.cache(cache)
			.secrets(secrets)
			.localValues(localValues(environment))
			.settle(config.settle())
			.build();
	}

	private static Map<String, String> localValues(ConfigurableEnvironment environment) {
		Map<String, String> values = new HashMap<>();
		for (PropertySource<?> source : environment.getPropertySources()) {
			if (source instanceof EnumerablePropertySource<?> enumerable) {
				for (String name : enumerable.getPropertyNames()) {
					if (String.valueOf(source.getProperty(name)).contains("${")) {
						values.putIfAbsent(name, String.valueOf(source.getProperty(name)));
					}
				}
			}
		}
		return values;
	}

	private void tell(ConfigStatus status) {
		switch (status.source()) {
			case BACKEND -> this.logger.debug("Remote config is loaded");
			case NONE -> this.logger.warn("Starting without remote config: " + status.problem());
			case CACHE -> {
				if (status.rejection() != null) {
					this.logger.error("Stored config cannot be used: " + status.rejection().describe()
							+ ". Starting with the last good config, kept at " + status.since());
				}
				else {
					this.logger.warn(
							"Starting with the last good config, kept at " + status.since() + ": " + status.problem());
				}
			}
		}
	}

	private static void place(MutablePropertySources sources, GovernancePropertySource source) {
		@Nullable String firstPackaged = null;
		@Nullable String lastExternal = null;
		for (PropertySource<?> candidate : sources) {
			String name = candidate.getName();
			if (name.startsWith("Config resource '")) {
				if (name.startsWith("Config resource 'class path resource [")) {
					firstPackaged = name;
					break;
				}
				lastExternal = name;
			}
		}
		if (firstPackaged != null) {
			sources.addBefore(firstPackaged, source);
		}
		else if (lastExternal != null) {
			sources.addAfter(lastExternal, source);
		}
		else {
			sources.addBefore(ImportMark.NAME, source);
		}
		sources.remove(ImportMark.NAME);
	}

	private void handOver(GovernanceBootstrap bootstrap) {
		this.bootstrapContext.registerIfAbsent(GovernanceBootstrap.class, InstanceSupplier.of(bootstrap));
		this.bootstrapContext.addCloseListener((event) -> event.getApplicationContext()
			.getBeanFactory()
			.registerSingleton(GovernanceBootstrap.BEAN_NAME, bootstrap));
	}

}
