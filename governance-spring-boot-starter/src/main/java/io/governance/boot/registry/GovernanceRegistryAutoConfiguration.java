package io.governance.boot.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import jakarta.servlet.Filter;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.commons.util.InetUtils;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.web.server.WebFilter;

import io.governance.backend.Backend;
import io.governance.boot.backend.Backends;
import io.governance.boot.backend.GovernanceBackendAutoConfiguration;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationListener;
import io.governance.registry.RegistrationSettings;
import io.governance.registry.Registry;

/**
 * Auto-configuration for the registration of this application.
 */
@AutoConfiguration(after = { UtilAutoConfiguration.class, GovernanceBackendAutoConfiguration.class })
@ConditionalOnBean(Backend.class)
@ConditionalOnBooleanProperty(name = "governance.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "governance.registry.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "spring.cloud.service-registry.auto-registration.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GovernanceRegistryProperties.class)
public final class GovernanceRegistryAutoConfiguration {

	private static final String UNNAMED = "This application has no name and is not registered: set spring.application.name";

	@Bean
	@ConditionalOnMissingBean
	RegistrationKeeper governanceRegistrationKeeper(Backend backend, ObjectProvider<Backends> backends,
			GovernanceRegistryProperties properties, ObjectProvider<RegistrationListener> listeners) {
		properties.check();
		RegistrationSettings defaults = RegistrationSettings.DEFAULTS;
		RegistrationSettings settings = new RegistrationSettings(properties.reconcileInterval(), defaults.retryBase(),
				defaults.retryCap(), properties.removalTimeout());
		List<RegistrationListener> all = listeners.orderedStream().toList();
		return new RegistrationKeeper(registries(backend, backends, properties.backends()), settings,
				(event) -> all.forEach((listener) -> listener.onEvent(event)), new Random(), System::nanoTime);
	}

	private static Map<String, Registry> registries(Backend backend, ObjectProvider<Backends> backends,
			List<String> names) {
		if (names.isEmpty()) {
			return Map.of(backend.name(), backend.registry());
		}
		Map<String, Registry> registries = new LinkedHashMap<>();
		names.forEach((name) -> registries.put(name,
				backends.getObject().get("governance.registry.backends", name).registry()));
		return registries;
	}

	@Bean
	@ConditionalOnMissingBean(name = "governanceRegistrationEventPublisher")
	RegistrationEventPublisher governanceRegistrationEventPublisher(ApplicationEventPublisher publisher) {
		return new RegistrationEventPublisher(publisher);
	}

	@Bean
	@ConditionalOnMissingBean
	InstanceHost governanceInstanceHost(Backend backend, Environment environment, ObjectProvider<InetUtils> network) {
		return new DefaultInstanceHost(backend, environment, network);
	}

	@Configuration(proxyBeanMethods = false)
	@Conditional(OnOwnInstance.class)
	static class InboundConfiguration {

		@Bean
		@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
		InboundCalls governanceInboundCalls() {
			return new InboundCalls(System::nanoTime);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.SERVLET)
	@ConditionalOnClass(Filter.class)
	static class ServletConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceInboundCallsFilter")
		InboundCallsFilter governanceInboundCallsFilter(InboundCalls calls, GovernanceRegistryProperties properties,
				Environment environment) {
			return new InboundCallsFilter(calls, ProbeRequests.of(properties.drain().probePaths(), environment));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	@ConditionalOnClass(WebFilter.class)
	static class WebFluxConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceInboundCallsWebFilter")
		InboundCallsWebFilter governanceInboundCallsWebFilter(InboundCalls calls,
				GovernanceRegistryProperties properties, Environment environment) {
			return new InboundCallsWebFilter(calls, ProbeRequests.of(properties.drain().probePaths(), environment));
		}

	}

	/**
	 * What there is of each application: of a parent, and of each of its children that
	 * has a web server.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional({ OnServiceName.class, OnOwnInstance.class })
	static class NamedConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceOwnInstance", search = SearchStrategy.CURRENT)
		OwnInstance governanceOwnInstance(GovernanceRegistryProperties properties, InstanceHost host,
				Environment environment) {
			return new OwnInstance(OnServiceName.nameFrom(environment), properties.instance(), host, environment);
		}

		@Bean
		@ConditionalOnMissingBean(value = Registration.class, search = SearchStrategy.CURRENT)
		GovernanceRegistration governanceRegistration(OwnInstance own) {
			return new GovernanceRegistration(own);
		}

		@Bean
		@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
		@ConditionalOnBean(name = "governanceRegistration", search = SearchStrategy.CURRENT)
		InstanceRegistrar governanceInstanceRegistrar(RegistrationKeeper keeper, GovernanceRegistration registration,
				OwnInstance own, GovernanceRegistryProperties properties, ApplicationContext context,
				InboundCalls calls) {
			return new InstanceRegistrar(keeper, registration, own, properties, context, calls);
		}

		@Bean
		@ConditionalOnBean(name = "governanceInstanceRegistrar", search = SearchStrategy.CURRENT)
		LeavesFirst governanceLeavesFirst(InstanceRegistrar registrar, ApplicationContext context) {
			return new LeavesFirst(registrar, context);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Conditional(OnServiceName.class)
	@ConditionalOnClass(WebServerInitializedEvent.class)
	static class WebServerConfiguration {

		@Bean
		ApplicationListener<WebServerInitializedEvent> governanceWebServerPort(OwnInstance own,
				ApplicationContext context) {
			return new WebServerPort(own, context);
		}

	}

	/**
	 * Takes the ports of the web servers: the application's own, and that of Actuator.
	 * Children of the application tell theirs here, too.
	 */
	private record WebServerPort(OwnInstance own,
			ApplicationContext context) implements ApplicationListener<WebServerInitializedEvent> {

		@Override
		public void onApplicationEvent(WebServerInitializedEvent event) {
			ApplicationContext source = event.getApplicationContext();
			if (source == this.context) {
				this.own.listensOn(event.getWebServer().getPort());
			}
			else if (source.getParent() == this.context
					&& WebServerApplicationContext.hasServerNamespace(source, "management")) {
				this.own.isManagedOn(event.getWebServer().getPort());
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Conditional(OnUnnamed.class)
	@ConditionalOnWebApplication
	static class UnnamedConfiguration {

		UnnamedConfiguration() {
			LoggerFactory.getLogger(InstanceRegistrar.class).warn(UNNAMED);
		}

	}

	/** Most of these serve nobody. */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnUnnamed.class)
	@ConditionalOnNotWebApplication
	static class UnnamedOtherConfiguration {

		UnnamedOtherConfiguration() {
			LoggerFactory.getLogger(InstanceRegistrar.class).info(UNNAMED);
		}

	}

	/** A child without a web server is a part of the instance that its parent is. */
	static class OnOwnInstance extends AnyNestedCondition {

		OnOwnInstance() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		/** Whoever has no parent need not look into that. */
		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConfigurableListableBeanFactory beans = context.getBeanFactory();
			return (beans != null && beans.getParentBeanFactory() == null)
					? ConditionOutcome.match(ConditionMessage.forCondition("Instance of a parent").because("no parent"))
					: super.getMatchOutcome(context, metadata);
		}

		@Conditional(OnNobodyAbove.class)
		static class NobodyAbove {

		}

		@ConditionalOnWebApplication
		static class WebServer {

		}

	}

	static class OnNobodyAbove extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition("Instance of a parent");
			ConfigurableListableBeanFactory beans = context.getBeanFactory();
			boolean found = beans != null && beans.getParentBeanFactory() instanceof ListableBeanFactory parent
					&& BeanFactoryUtils.beanNamesForTypeIncludingAncestors(parent, InstanceRegistrar.class, true,
							false).length > 0;
			return new ConditionOutcome(!found,
					found ? message.foundExactly("registrar") : message.didNotFind("registrar").atAll());
		}

	}

	static class OnUnnamed extends NoneNestedConditions {

		OnUnnamed() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@Conditional(OnServiceName.class)
		static class Named {

		}

	}

}
