package io.governance.boot.config;

import java.util.List;

import io.governance.boot.backend.GovernanceBackendAutoConfiguration;
import io.governance.boot.configdata.ConfigLayerProperties;
import io.governance.boot.configdata.GovernanceBootstrap;
import io.governance.boot.configdata.GovernanceConfigProperties;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigValidator;
import io.governance.config.secret.Secrets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.context.properties.ConfigurationPropertiesBeans;
import org.springframework.cloud.context.properties.ConfigurationPropertiesRebinder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Scope;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.validation.Validator;

/**
 * Auto-configuration of live config. Without remote config, {@link LiveConfig} shows what
 * the environment says.
 */
@AutoConfiguration(after = GovernanceBackendAutoConfiguration.class,
		beforeName = "org.springframework.cloud.autoconfigure.ConfigurationPropertiesRebinderAutoConfiguration")
@EnableConfigurationProperties({ GovernanceConfigProperties.class, ConfigLayerProperties.class })
public final class GovernanceConfigAutoConfiguration {

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	LiveConfigFactory governanceLiveConfigFactory(ConfigManager manager, SnapshotBinder binder) {
		return new LiveConfigFactory(manager, binder);
	}

	@Bean
	@Fallback
	@Scope("prototype")
	LiveConfig<?> governanceLiveConfig(InjectionPoint injectionPoint, LiveConfigFactory factory) {
		ResolvableType value = (injectionPoint instanceof DependencyDescriptor dependency)
				? LiveConfigPoints.valueType(dependency.getResolvableType()) : null;
		if (value == null) {
			throw new IllegalStateException(
					"LiveConfig needs a type, as in LiveConfig<MyProperties>: " + injectionPoint.getMember());
		}
		ConfigPrefix prefix = injectionPoint.getAnnotation(ConfigPrefix.class);
		return factory.of((prefix != null) ? prefix.value() : null, value);
	}

	@Bean
	SnapshotBinder governanceSnapshotBinder(ConfigurableEnvironment environment,
			ConfigurableListableBeanFactory beanFactory) {
		return new SnapshotBinder(environment, new BeanValidation(
				() -> beanFactory.containsBean("defaultValidator") ? beanFactory.getBean("defaultValidator") : null),
				() -> beanFactory.containsBean(EnableConfigurationProperties.VALIDATOR_BEAN_NAME)
						? beanFactory.getBean(EnableConfigurationProperties.VALIDATOR_BEAN_NAME, Validator.class)
						: null,
				new ContextConversion(beanFactory)::services, beanFactory::copyRegisteredEditorsTo);
	}

	@Bean
	static OnConfigChangeProcessor governanceOnConfigChangeProcessor(ConfigurableListableBeanFactory beanFactory,
			ObjectProvider<ConfigManager> manager, ObjectProvider<LiveConfigFactory> factory) {
		return new OnConfigChangeProcessor(beanFactory, manager, factory);
	}

	/** Who observes is not asked for by anybody. */
	@Bean
	static LazyInitializationExcludeFilter governanceObserversAreNotLazy() {
		return (name, definition, type) -> OnConfigChangeProcessor.observes(type);
	}

	/**
	 * What there is where remote config was imported. The bootstrap closes what it has
	 * made, after all beans.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(name = GovernanceBootstrap.BEAN_NAME, search = SearchStrategy.CURRENT)
	static class RemoteConfiguration {

		@Bean(destroyMethod = "")
		@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
		ConfigManager governanceConfigManager(GovernanceBootstrap bootstrap) {
			return bootstrap.manager();
		}

		@Bean(destroyMethod = "")
		@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
		Secrets governanceSecrets(GovernanceBootstrap bootstrap) {
			return bootstrap.secrets();
		}

		@Bean
		static StartupCheck governanceStartupCheck(ConfigurableEnvironment environment) {
			return new StartupCheck(environment);
		}

	}

	/**
	 * What there is where a parent has imported remote config and made nothing of it.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(name = GovernanceBootstrap.BEAN_NAME)
	@ConditionalOnMissingBean(ConfigManager.class)
	static class InheritedConfiguration {

		@Bean(destroyMethod = "")
		ConfigManager governanceConfigManager(GovernanceBootstrap bootstrap) {
			return bootstrap.manager();
		}

		@Bean(destroyMethod = "")
		@ConditionalOnMissingBean
		Secrets governanceSecrets(GovernanceBootstrap bootstrap) {
			return bootstrap.secrets();
		}

	}

	/**
	 * What follows remote config, also that of a parent.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(name = GovernanceBootstrap.BEAN_NAME)
	static class FollowingConfiguration {

		@Bean
		RemoteNames governanceRemoteNames(ConfigurableEnvironment environment) {
			return new RemoteNames(environment);
		}

		@Bean
		PropertiesRebinder governancePropertiesRebinder(ConfigurableApplicationContext context, ConfigManager manager,
				SnapshotBinder binder, ObjectProvider<RebindExclusion> exclusions) {
			return new PropertiesRebinder(context, manager, binder, exclusions.orderedStream().toList());
		}

		@Bean
		SnapshotSettings governanceSnapshotSettings(ConfigManager manager, SnapshotBinder binder) {
			return new SnapshotSettings(manager, binder);
		}

		@Bean
		ConfigLifecycle governanceConfigLifecycle(ConfigurableApplicationContext context, ConfigManager manager,
				LiveConfigFactory live, GovernanceBootstrap bootstrap, ObjectProvider<ConfigValidator> validators,
				ObjectProvider<ConfigObserver> observers) {
			return new ConfigLifecycle(context, manager, live, bootstrap.policy(), validators, observers);
		}

	}

	/**
	 * What there is only with remote config and Spring Cloud's context.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ConfigurationPropertiesRebinder.class)
	@ConditionalOnBean(name = GovernanceBootstrap.BEAN_NAME)
	static class SpringCloudConfiguration {

		@Bean
		@ConditionalOnMissingBean(value = ConfigurationPropertiesRebinder.class, search = SearchStrategy.CURRENT)
		EnvironmentChanges configurationPropertiesRebinder(ObjectProvider<ConfigurationPropertiesBeans> beans,
				ApplicationContext context, PropertiesRebinder rebinder, ConfigManager manager) {
			return new EnvironmentChanges(beans.getIfAvailable(ConfigurationPropertiesBeans::new), context, rebinder,
					manager);
		}

	}

	/**
	 * What stands in for remote config where there is none.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean({ ConfigManager.class, GovernanceBootstrap.class })
	static class NoRemoteConfiguration {

		private static final Logger logger = LoggerFactory.getLogger(ConfigManager.class);

		@Bean
		ConfigManager governanceConfigManager(Environment environment, GovernanceConfigProperties config) {
			if (config.enabled() && environment.getProperty("governance.enabled", Boolean.class, true)) {
				logger.info("No remote config is read: spring.config.import does not name governance:");
			}
			return ConfigManager.of(new NoConfigSource(), List.of()).build();
		}

	}

}
