package io.governance.boot.discovery;

import java.nio.file.Path;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.cloud.client.CommonsClientAutoConfiguration;
import org.springframework.cloud.client.ConditionalOnBlockingDiscoveryEnabled;
import org.springframework.cloud.client.ConditionalOnDiscoveryEnabled;
import org.springframework.cloud.client.ConditionalOnReactiveDiscoveryEnabled;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClientAutoConfiguration;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClientAutoConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

import reactor.core.publisher.Flux;

import io.governance.backend.Backend;
import io.governance.boot.SetProperties;
import io.governance.boot.backend.Backends;
import io.governance.boot.backend.GovernanceBackendAutoConfiguration;
import io.governance.config.DocumentId;
import io.governance.registry.ServiceDirectory;

/**
 * Auto-configuration for the discovery of other services. The directory of services is
 * made when somebody asks for it; settings that are set are checked at start.
 */
@AutoConfiguration(after = GovernanceBackendAutoConfiguration.class,
		before = { CompositeDiscoveryClientAutoConfiguration.class, SimpleDiscoveryClientAutoConfiguration.class,
				CommonsClientAutoConfiguration.class },
		beforeName = {
				"org.springframework.cloud.client.discovery.composite.reactive.ReactiveCompositeDiscoveryClientAutoConfiguration",
				"org.springframework.cloud.client.ReactiveCommonsClientAutoConfiguration" })
@ConditionalOnBean(Backend.class)
@ConditionalOnDiscoveryEnabled
@ConditionalOnBooleanProperty(name = "governance.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "governance.discovery.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GovernanceDiscoveryProperties.class)
public final class GovernanceDiscoveryAutoConfiguration {

	private final String namespace;

	/** That of the backend, whatever the config says when the directory is made. */
	GovernanceDiscoveryAutoConfiguration(Environment environment) {
		this.namespace = environment.getProperty("governance.namespace", DocumentId.DEFAULT);
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean(name = "governanceDirectoryPlan")
	DirectoryPlan governanceDirectoryPlan(Backend backend, ObjectProvider<Backends> backends,
			GovernanceDiscoveryProperties properties) {
		return new DirectoryPlan(properties, backend, backends::getObject);
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean(name = "governanceInstancesEventPublisher")
	InstancesEventPublisher governanceInstancesEventPublisher(ApplicationEventPublisher publisher) {
		return new InstancesEventPublisher(publisher);
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	ServiceDirectory governanceServiceDirectory(DirectoryPlan plan, InstancesEventPublisher events,
			Environment environment) {
		Path cache = Binder.get(environment).bind("governance.config.cache.directory", Path.class).orElse(null);
		return plan.begin(this.namespace, cache).listener(events).build();
	}

	@Bean
	@ConditionalOnMissingBean(name = "governanceEagerServices")
	EagerServices governanceEagerServices(ObjectProvider<ServiceDirectory> directory,
			ObjectProvider<GovernanceDiscoveryProperties> properties, Environment environment) {
		return new EagerServices(directory::getObject, properties::getObject,
				new SetProperties(environment).areBelow("governance.discovery"));
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	FirstList governanceFirstList(ServiceDirectory directory, GovernanceDiscoveryProperties properties) {
		return new FirstList(directory, properties.timeout());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBlockingDiscoveryEnabled
	static class BlockingConfiguration {

		@Bean
		@ConditionalOnMissingBean
		GovernanceDiscoveryClient governanceDiscoveryClient(ObjectProvider<DirectoryPlan> plan,
				ObjectProvider<ServiceDirectory> directory, ObjectProvider<FirstList> firstList,
				ConfigurableListableBeanFactory beanFactory) {
			// Whoever has the client is destroyed before what it asks.
			for (String name : beanFactory.getBeanNamesForType(ServiceDirectory.class, true, false)) {
				beanFactory.registerDependentBean(name, "governanceDiscoveryClient");
			}
			return new GovernanceDiscoveryClient(() -> new GovernanceDiscoveryClient.Parts(
					plan.getObject().description(), directory.getObject(), firstList.getObject()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Flux.class)
	@ConditionalOnReactiveDiscoveryEnabled
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean
		GovernanceReactiveDiscoveryClient governanceReactiveDiscoveryClient(DirectoryPlan plan,
				ServiceDirectory directory, GovernanceDiscoveryProperties properties) {
			return new GovernanceReactiveDiscoveryClient(plan.description(), directory, properties.timeout());
		}

	}

}
