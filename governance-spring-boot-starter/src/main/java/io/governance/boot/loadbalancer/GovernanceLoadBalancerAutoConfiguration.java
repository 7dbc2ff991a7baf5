package io.governance.boot.loadbalancer;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClientsProperties;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClientSpecification;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.StringUtils;

import io.governance.boot.InvalidSettingException;
import io.governance.boot.discovery.FirstList;
import io.governance.boot.discovery.GovernanceDiscoveryAutoConfiguration;
import io.governance.loadbalancer.LoadBalancer;
import io.governance.loadbalancer.RandomLoadBalancer;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.registry.ServiceDirectory;

/**
 * Auto-configuration for the choice of an instance for calls by service name. Where
 * Spring Cloud LoadBalancer is on the classpath, its beans stay and only the choice
 * itself is replaced.
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

	@Bean
	@ConditionalOnMissingBean
	RoundRobinLoadBalancer governanceRoundRobinLoadBalancer() {
		return new RoundRobinLoadBalancer();
	}

	@Bean
	@ConditionalOnMissingBean
	RandomLoadBalancer governanceRandomLoadBalancer() {
		return new RandomLoadBalancer();
	}

	@Bean
	@ConditionalOnMissingBean
	ServiceBalancers governanceServiceBalancers(ServiceDirectory directory, FirstList firstList,
			GovernanceLoadBalancerProperties properties, ObjectProvider<LoadBalancer> algorithms,
			Environment environment, ObjectProvider<EndpointGate> gate) {
		ServiceBalancers balancers = new ServiceBalancers(directory, firstList,
				new Algorithms(properties, algorithms.stream().toList()),
				environment.getProperty("governance.registry.instance.zone", ""));
		gate.ifAvailable(balancers::guardedBy);
		return balancers;
	}

	@Bean
	@ConditionalOnMissingBean
	CallLane governanceCallLane() {
		return CallLane.STABLE;
	}

	/** The algorithm of each service, by its configured name. */
	private static final class Algorithms implements Function<String, LoadBalancer> {

		private final GovernanceLoadBalancerProperties properties;

		private final Map<String, LoadBalancer> byName = new TreeMap<>();

		Algorithms(GovernanceLoadBalancerProperties properties, List<LoadBalancer> algorithms) {
			this.properties = properties;
			algorithms.forEach((algorithm) -> this.byName.put(algorithm.name(), algorithm));
			find("governance.loadbalancer.algorithm", properties.algorithm());
			properties.services()
				.forEach((service, own) -> find("governance.loadbalancer.services." + service + ".algorithm",
						own.algorithm()));
		}

		@Override
		public LoadBalancer apply(String service) {
			return find("governance.loadbalancer.algorithm", this.properties.algorithmOf(service));
		}

		private LoadBalancer find(String property, @Nullable String name) {
			LoadBalancer algorithm = (name != null) ? this.byName.get(name) : null;
			if (algorithm == null) {
				String problem = StringUtils.hasText(name) ? "There is no load-balancing algorithm '" + name + "'"
						: "There is no algorithm given";
				throw new InvalidSettingException(property, problem, "Set " + property + " to one of "
						+ this.byName.keySet() + ", or define a LoadBalancer bean of that name", null);
			}
			return algorithm;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ClientHttpResponse.class)
	static class BlockingConfiguration {

		@Bean
		@ConditionalOnMissingBean(LoadBalancerClient.class)
		GovernanceLoadBalancerClient governanceLoadBalancerClient(ServiceBalancers balancers, CallLane lane) {
			return new GovernanceLoadBalancerClient(balancers, lane);
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
		@ConditionalOnMissingBean
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
		@ConditionalOnMissingBean
		EndpointLifecycle governanceEndpointLifecycle() {
			return new EndpointLifecycle();
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
