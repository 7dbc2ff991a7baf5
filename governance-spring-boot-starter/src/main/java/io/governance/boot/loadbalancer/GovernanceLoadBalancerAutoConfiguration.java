package io.governance.boot.loadbalancer;

import java.util.List;

import io.grpc.Grpc;
import io.grpc.health.v1.HealthGrpc;
import jakarta.servlet.Filter;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClientsProperties;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.gateway.server.mvc.filter.LoadBalancerFilterFunctions;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClientSpecification;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ClientHttpResponse;

import io.governance.boot.SetProperties;
import io.governance.boot.config.PropertiesFollower;
import io.governance.boot.config.SnapshotSettings;
import io.governance.boot.discovery.FirstList;
import io.governance.boot.discovery.GovernanceDiscoveryAutoConfiguration;
import io.governance.boot.discovery.GovernanceDiscoveryProperties;
import io.governance.loadbalancer.BalancerListener;
import io.governance.loadbalancer.HealthProbe;
import io.governance.loadbalancer.LoadBalancer;
import io.governance.registry.ServiceDirectory;

/**
 * Auto-configuration for the choice of an instance for calls by service name. Where
 * Spring Cloud LoadBalancer is on the classpath, its beans stay and only the choice
 * itself is replaced. The balancers are made when the first call needs them; their
 * settings are checked at start.
 */
@AutoConfiguration(after = GovernanceDiscoveryAutoConfiguration.class,
		afterName = { "org.springframework.cloud.loadbalancer.config.LoadBalancerAutoConfiguration",
				"org.springframework.cloud.loadbalancer.config.BlockingLoadBalancerClientAutoConfiguration" },
		beforeName = { "org.springframework.cloud.client.loadbalancer.LoadBalancerAutoConfiguration",
				"org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerBeanPostProcessorAutoConfiguration",
				"org.springframework.cloud.client.loadbalancer.reactive.ReactorLoadBalancerClientAutoConfiguration" })
@ConditionalOnBean(ServiceDirectory.class)
@ConditionalOnBooleanProperty(name = "governance.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "governance.loadbalancer.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GovernanceLoadBalancerProperties.class)
public final class GovernanceLoadBalancerAutoConfiguration {

	private final String zone;

	private final String instance;

	/**
	 * As the instance is registered, whatever the config says when balancers are made.
	 */
	GovernanceLoadBalancerAutoConfiguration(Environment environment) {
		this.zone = environment.getProperty("governance.registry.instance.zone", "");
		this.instance = environment.getProperty("governance.registry.instance.id", "");
	}

	@Bean
	@Lazy
	BalancerParts governanceBalancerParts(ObjectProvider<LoadBalancer> algorithms, ObjectProvider<HealthProbe> probes) {
		return new BalancerParts(algorithms.stream().toList(), probes.stream().toList());
	}

	@Bean
	@Lazy
	ConfiguredBalancers governanceConfiguredBalancers(GovernanceLoadBalancerProperties properties, BalancerParts parts,
			ObjectProvider<BalancerListener> listeners) {
		return new ConfiguredBalancers(properties, parts, listeners.orderedStream().toList(), this.zone, this.instance);
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	ServiceBalancers governanceServiceBalancers(ServiceDirectory directory, FirstList firstList,
			ConfiguredBalancers factory, ObjectProvider<EndpointGate> gate, ObjectProvider<LanePolicies> lanes) {
		ServiceBalancers balancers = new ServiceBalancers(directory, firstList, factory,
				gate.getIfAvailable(() -> EndpointGate.NONE));
		factory.followedBy(balancers::refreshSettings);
		lanes.ifAvailable((policies) -> policies.followedBy(balancers::lanes));
		return balancers;
	}

	/** Those of the application go by the rules, too. */
	@Bean
	@ConditionalOnMissingBean(name = "governanceServiceBalancers")
	SmartInitializingSingleton governanceLanesOfOwnBalancers(ObjectProvider<ServiceBalancers> balancers,
			ObjectProvider<LanePolicies> lanes) {
		return () -> balancers.ifAvailable((own) -> lanes.ifAvailable((policies) -> policies.followedBy(own::lanes)));
	}

	/**
	 * Settings that cannot be used are told at start, and whoever has lists from the
	 * start is to have what picks from them, too.
	 */
	@Bean
	SmartInitializingSingleton governanceEagerBalancers(Environment environment,
			ObjectProvider<GovernanceDiscoveryProperties> discovery, ObjectProvider<ConfiguredBalancers> factory,
			ObjectProvider<ServiceBalancers> balancers) {
		return () -> {
			SetProperties properties = new SetProperties(environment);
			if (properties.areBelow("governance.loadbalancer")) {
				factory.getObject();
			}
			if (properties.areBelow("governance.discovery") && !discovery.getObject().eager().isEmpty()) {
				balancers.getObject();
			}
		};
	}

	@Bean
	PropertiesFollower<GovernanceLoadBalancerProperties> governanceBalancerSettings(
			ObjectProvider<ConfiguredBalancers> balancers, ObjectProvider<BalancerParts> parts,
			ObjectProvider<SnapshotSettings> settings) {
		return new PropertiesFollower<>("the settings of load balancing", "governance.loadbalancer",
				GovernanceLoadBalancerProperties.class, settings::getObject,
				(properties) -> parts.getObject().settings(properties),
				(properties) -> balancers.getObject().properties(properties));
	}

	@Bean
	@ConditionalOnMissingBean
	CallLane governanceCallLane() {
		return CallLane.STABLE;
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HealthGrpc.class, Grpc.class })
	static class GrpcConfiguration {

		@Bean
		@ConditionalOnMissingBean
		GrpcHealthProbe governanceGrpcHealthProbe() {
			return new GrpcHealthProbe("");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ClientHttpResponse.class)
	static class BlockingConfiguration {

		@Bean
		@ConditionalOnMissingBean(LoadBalancerClient.class)
		GovernanceLoadBalancerClient governanceLoadBalancerClient(ObjectProvider<ServiceBalancers> balancers,
				CallLane lane, ConfigurableListableBeanFactory beanFactory) {
			// Whoever has the client is destroyed before what it picks from.
			for (Class<?> type : List.of(ServiceBalancers.class, ServiceDirectory.class)) {
				for (String name : beanFactory.getBeanNamesForType(type, true, false)) {
					beanFactory.registerDependentBean(name, "governanceLoadBalancerClient");
				}
			}
			return new GovernanceLoadBalancerClient(balancers::getObject, lane);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Mono.class)
	@EnableConfigurationProperties(LoadBalancerClientsProperties.class)
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ReactiveCallLane governanceReactiveCallLane(CallLane lane) {
			return (context) -> lane.current();
		}

		@Bean
		@ConditionalOnMissingBean(name = "governanceReactiveChoices")
		ReactiveChoices governanceReactiveChoices(ServiceBalancers balancers, FirstList firstList,
				ReactiveCallLane lane) {
			return (service) -> new ReactiveChoice(service, balancers, firstList.timeout(), lane);
		}

		@Bean
		@ConditionalOnMissingBean(ReactiveLoadBalancer.Factory.class)
		GovernanceLoadBalancerFactory governanceLoadBalancerFactory(ReactiveChoices choices,
				LoadBalancerClientsProperties properties, ListableBeanFactory beans) {
			return new GovernanceLoadBalancerFactory(choices, properties, beans);
		}

		@Bean
		@ConditionalOnMissingBean(name = "governanceEndpointLifecycle")
		EndpointLifecycle governanceEndpointLifecycle() {
			return new EndpointLifecycle();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.SERVLET)
	@ConditionalOnClass({ LoadBalancerFilterFunctions.class, Filter.class })
	static class ServletGatewayConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceCallerBodyFilter")
		CallerBodyFilter governanceCallerBodyFilter() {
			return new CallerBodyFilter();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(LoadBalancerClientSpecification.class)
	static class SpringCloudLoadBalancerConfiguration {

		@Bean
		LoadBalancerClientSpecification governanceLoadBalancerClientSpecification() {
			return new LoadBalancerClientSpecification("default.governance",
					new Class<?>[] { GovernanceChildConfiguration.class });
		}

	}

}
