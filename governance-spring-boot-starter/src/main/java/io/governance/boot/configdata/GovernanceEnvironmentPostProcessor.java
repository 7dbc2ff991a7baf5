package io.governance.boot.configdata;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.governance.backend.Backend;
import io.governance.boot.GovernanceProperties;
import io.governance.boot.InvalidSettingException;
import io.governance.boot.backend.Backends;
import io.governance.boot.configdata.ConfigLayerProperties.Layout;
import io.governance.boot.registry.StartingInstance;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigSource;
import io.governance.config.ConfigVariants;
import io.governance.config.DocumentId;
import io.governance.config.InvalidConfigException;
import io.governance.config.RemotePolicy;
import io.governance.config.SnapshotCache;
import io.governance.config.StartPolicy;
import io.governance.config.secret.Secrets;
import io.governance.operations.DocumentChecks;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.bootstrap.BootstrapRegistry.InstanceSupplier;
import org.springframework.boot.bootstrap.ConfigurableBootstrapContext;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.Profiles;
import org.springframework.core.env.PropertySource;
import org.springframework.util.StringUtils;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Reads the remote config of an application that imports {@code governance:}. Runs when
 * the environment is complete, so that {@code governance.*} may stand wherever other
 * properties may, and remote config can be put above all packaged files and below all
 * external ones.
 */
final class GovernanceEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	/** The property sources that survive Spring Cloud's refresh of the environment. */
	static final String RETAINED = "spring.cloud.refresh.additional-property-sources-to-retain";

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
		ImportMark mark = ImportMark.in(sources);
		if (mark == null) {
			return;
		}
		if (sources.get(GovernancePropertySource.NAME) instanceof GovernancePropertySource before) {
			if (!before.isClosed()) {
				// Spring Cloud's refresh reads all files again; the live source stays as
				// it is.
				ImportMark.removeFrom(sources);
				return;
			}
			// Its restart starts the application anew in the environment that it had.
			sources.remove(GovernancePropertySource.NAME);
		}
		Binder binder = Binder.get(environment);
		GovernanceProperties governance = binder.bindOrCreate("governance", GovernanceProperties.class);
		GovernanceConfigProperties config = binder.bindOrCreate("governance.config", GovernanceConfigProperties.class);
		if (!governance.enabled() || !config.enabled()) {
			ImportMark.removeFrom(sources);
			return;
		}
		if (config.cache().enabled() && config.cache().place() == null) {
			this.logger.warn("This user has no home directory, so neither config nor lists of instances are kept for "
					+ "a start without the server: set governance.config.cache.directory");
		}
		ConfigLayerProperties layers = binder.bindOrCreate("governance.config", ConfigLayerProperties.class);
		Map<String, String> localValues = localValues(environment);
		Backends backends = new Backends(environment, application.getClassLoader());
		Secrets secrets = binder.bindOrCreate("governance.secrets", GovernanceSecretsProperties.class)
			.open(environment, application.getClassLoader(), this.logger);
		try {
			ConfigManager manager = manager(environment, governance, config, layers, localValues, backends, secrets);
			StartPolicy policy = new StartPolicy(mark.optional(),
					config.onInvalid() == GovernanceConfigProperties.OnInvalid.LAST_GOOD);
			if (!Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
				manager.load(policy);
			}
			GovernancePropertySource source = new GovernancePropertySource(manager);
			place(sources, mark, source);
			if (!layers.allowExpressions()) {
				checkExpressions(manager, new ExpressionCheck(environment, localValues), policy);
			}
			if (!Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
				new StartReport(manager, this.logger).tell();
			}
			retain(binder, sources);
			handOver(new GovernanceBootstrap(backends, manager, policy, secrets), source);
		}
		catch (RuntimeException | Error ex) {
			secrets.close();
			backends.close();
			throw ex;
		}
	}

	private static ConfigManager manager(ConfigurableEnvironment environment, GovernanceProperties governance,
			GovernanceConfigProperties config, ConfigLayerProperties layers, Map<String, String> localValues,
			Backends backends, Secrets secrets) {
		String name = environment.getProperty("spring.application.name");
		String application = StringUtils.hasText(name) ? name : "application";
		checkName("spring.application.name", DocumentId.DEFAULT, DocumentId.DEFAULT, application);
		checkName("governance.namespace", governance.namespace(), DocumentId.DEFAULT, application);
		checkName("governance.config.group", DocumentId.DEFAULT, config.group(), application);
		List<String> profiles = Arrays.asList((environment.getActiveProfiles().length > 0)
				? environment.getActiveProfiles() : environment.getDefaultProfiles());
		for (String profile : profiles) {
			checkName("spring.profiles.active", DocumentId.DEFAULT, DocumentId.DEFAULT, profile);
		}
		Backend backend = backends.forConfig();
		StartingInstance instance = StartingInstance.of(environment, backend.name());
		// Instances on one machine may have different variants.
		SnapshotCache cache = config.cache()
			.open("config", governance.namespace(), config.group(), application, String.join(",", profiles),
					instance.lane(), Integer.toString(instance.port()));
		return ConfigManager
			.ofLayers(source(backend, layers.layout()),
					ConfigLayers.of(governance.namespace(), group(config, layers.layout()), application, profiles,
							layers))
			.profiles((expressions) -> environment.acceptsProfiles(Profiles.of(expressions.toArray(String[]::new))))
			.policy(new RemotePolicy(RemotePolicy.NOT_REMOTE, layers.allowedKeys(), layers.allowExpressions()))
			.cache(cache)
			.secrets(secrets)
			.localValues(localValues)
			.settle(config.settle())
			.variants(variants(environment, governance, config, layers, application, instance))
			.release(environment.getProperty("spring.application.version", ""))
			.build();
	}

	private static void checkName(String property, String namespace, String group, String document) {
		try {
			new DocumentId(namespace, group, document);
		}
		catch (IllegalArgumentException ex) {
			throw InvalidSettingException.ofName(property, ex);
		}
	}

	/** The layout of Spring Cloud Consul knows neither gray rules nor variants. */
	private static ConfigVariants variants(ConfigurableEnvironment environment, GovernanceProperties governance,
			GovernanceConfigProperties config, ConfigLayerProperties layers, String application,
			StartingInstance instance) {
		if (!layers.variants().enabled() || layers.layout() == Layout.SPRING_CLOUD_CONSUL) {
			return ConfigVariants.NONE;
		}
		Binder binder = Binder.get(environment);
		boolean gray = binder.bind("governance.gray.enabled", Boolean.class).orElse(true);
		String name = binder.bind("governance.gray.document", String.class).orElse(DocumentChecks.GRAY_DOCUMENT);
		checkName("governance.gray.document", DocumentId.DEFAULT, DocumentId.DEFAULT, name);
		DocumentId rules = gray ? new DocumentId(governance.namespace(), config.group(), name) : null;
		return new RuleVariants(rules, application, instance, layers.variants().lanes());
	}

	private static ConfigSource source(Backend backend, Layout layout) {
		if (layout != Layout.SPRING_CLOUD_CONSUL) {
			return backend.config();
		}
		try {
			return backend.config("spring-cloud-consul");
		}
		catch (UnsupportedOperationException ex) {
			throw new InvalidSettingException("governance.config.layout", String.valueOf(ex.getMessage()),
					"Use the backend consul, or another layout", ex);
		}
	}

	/** Spring Cloud Consul calls its group a prefix, which is "config" by default. */
	private static String group(GovernanceConfigProperties config, Layout layout) {
		boolean unset = config.group().equals(DocumentId.DEFAULT);
		return (unset && layout == Layout.SPRING_CLOUD_CONSUL) ? "config" : config.group();
	}

	private static void checkExpressions(ConfigManager manager, ExpressionCheck check, StartPolicy policy) {
		manager.validate(check);
		try {
			check.check(manager.current());
		}
		catch (InvalidConfigException ex) {
			if (!manager.fallBack(ex, policy)) {
				throw ex;
			}
			check.check(manager.current());
		}
	}

	private static Map<String, String> localValues(ConfigurableEnvironment environment) {
		Map<String, String> values = new HashMap<>();
		for (PropertySource<?> source : environment.getPropertySources()) {
			if (source instanceof EnumerablePropertySource<?> enumerable) {
				for (String name : enumerable.getPropertyNames()) {
					String value = String.valueOf(source.getProperty(name));
					if (value.contains("${")) {
						boolean variable = source instanceof SystemEnvironmentPropertySource;
						values.putIfAbsent(variable ? propertyOf(name) : name, value);
					}
				}
			}
		}
		return values;
	}

	/** The property that an environment variable stands for, such as a.list[0].b. */
	static String propertyOf(String variable) {
		return variable.toLowerCase(Locale.ROOT).replace('_', '.').replaceAll("\\.(\\d+)(?=\\.|$)", "[$1]");
	}

	private static void place(MutablePropertySources sources, ImportMark mark, GovernancePropertySource source) {
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
			sources.addBefore(mark.getName(), source);
		}
		ImportMark.removeFrom(sources);
	}

	private void handOver(GovernanceBootstrap bootstrap, GovernancePropertySource source) {
		this.bootstrapContext.registerIfAbsent(GovernanceBootstrap.class, InstanceSupplier.of(bootstrap));
		this.bootstrapContext.addCloseListener((event) -> {
			ConfigurableListableBeanFactory beanFactory = event.getApplicationContext().getBeanFactory();
			beanFactory.registerSingleton(GovernanceBootstrap.BEAN_NAME, bootstrap);
			if (beanFactory instanceof DefaultSingletonBeanRegistry registry) {
				// After all beans, and also if none of them comes to be.
				registry.registerDisposableBean(GovernanceBootstrap.BEAN_NAME, () -> {
					bootstrap.close();
					source.close();
				});
			}
		});
	}

	/** Spring Cloud's refresh leaves our property source alone if it is named here. */
	private static void retain(Binder binder, MutablePropertySources sources) {
		List<String> own = binder.bind(RETAINED, Bindable.listOf(String.class)).orElse(List.of());
		Set<String> all = new LinkedHashSet<>(own);
		all.add(GovernancePropertySource.NAME);
		if (own.isEmpty()) {
			DefaultPropertiesPropertySource.addOrMerge(Map.of(RETAINED, GovernancePropertySource.NAME), sources);
		}
		else {
			// Lists of several sources are not merged.
			sources.addFirst(new MapPropertySource("governanceRetained", Map.of(RETAINED, String.join(",", all))));
		}
	}

}
