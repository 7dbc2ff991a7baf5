package io.governance.boot.call;

import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

import feign.Feign;
import feign.micrometer.MicrometerObservationCapability;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.BlockingLoadBalancerInterceptor;
import org.springframework.cloud.client.loadbalancer.DeferringLoadBalancerInterceptor;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClientsProperties;
import org.springframework.cloud.client.loadbalancer.LoadBalancerProperties;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestFactory;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestTransformer;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRestClientBuilderBeanPostProcessor;
import org.springframework.cloud.client.loadbalancer.RestTemplateCustomizer;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerRetryPolicy;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.client.loadbalancer.reactive.ReactorLoadBalancerExchangeFilterFunction;
import org.springframework.cloud.client.loadbalancer.reactive.RetryableExchangeFilterFunctionLoadBalancerRetryPolicy;
import org.springframework.cloud.client.loadbalancer.reactive.RetryableLoadBalancerExchangeFilterFunction;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.cloud.openfeign.FeignClientSpecification;
import org.springframework.cloud.openfeign.loadbalancer.FeignBlockingLoadBalancerClient;
import org.springframework.cloud.openfeign.loadbalancer.LoadBalancerFeignRequestTransformer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.context.annotation.Primary;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.ServerWebExchange;

import io.governance.boot.SetProperties;
import io.governance.boot.config.PropertiesFollower;
import io.governance.boot.config.SnapshotSettings;
import io.governance.boot.loadbalancer.CallLane;
import io.governance.boot.loadbalancer.EndpointGate;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerAutoConfiguration;
import io.governance.boot.loadbalancer.ReactiveCallLane;
import io.governance.boot.loadbalancer.ServiceBalancers;

/**
 * Auto-configuration for calls by service name. Where Spring Cloud's own retries are
 * asked for by {@code spring.cloud.loadbalancer.retry.enabled=true}, they stay. What
 * makes calls is made when the first call needs it.
 */
@AutoConfiguration(after = GovernanceLoadBalancerAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
		beforeName = { "org.springframework.cloud.client.loadbalancer.LoadBalancerAutoConfiguration",
				"org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerBeanPostProcessorAutoConfiguration",
				"org.springframework.cloud.client.loadbalancer.reactive.ReactorLoadBalancerClientAutoConfiguration" })
@ConditionalOnBean(ServiceBalancers.class)
@EnableConfigurationProperties(GovernanceCallProperties.class)
public final class GovernanceCallAutoConfiguration {

	/** Holds properties that are set against their ranges at start. */
	GovernanceCallAutoConfiguration(ObjectProvider<GovernanceCallProperties> properties, Environment environment) {
		if (new SetProperties(environment).areBelow("governance.call")) {
			properties.getObject().check();
		}
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean(name = "governanceCallGuards")
	CallGuards governanceCallGuards(GovernanceCallProperties properties,
			ObjectProvider<CircuitBreakerRegistry> breakers) {
		return new CallGuards(properties, breakers.getIfAvailable(CircuitBreakerRegistry::ofDefaults),
				InstantSource.system(), System::nanoTime, random());
	}

	/** One that every thread may use. */
	private static RandomGenerator random() {
		return () -> ThreadLocalRandom.current().nextLong();
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	EndpointGate governanceInstanceBreakers(CallGuards guards) {
		return guards.instanceBreakers();
	}

	@Bean
	PropertiesFollower<GovernanceCallProperties> governanceCallSettings(ObjectProvider<CallGuards> guards,
			ObjectProvider<SnapshotSettings> settings) {
		return new PropertiesFollower<>("the settings of calls", "governance.call", GovernanceCallProperties.class,
				settings::getObject, GovernanceCallProperties::check,
				(properties) -> guards.getObject().properties(properties));
	}

	@Bean
	@ConditionalOnMissingBean(name = "governanceCallDeadlines")
	CallDeadlines governanceCallDeadlines() {
		return new CallDeadlines(System::nanoTime);
	}

	@Bean
	@ConditionalOnMissingBean
	GovernanceCalls governanceCalls(CallDeadlines deadlines) {
		return new GovernanceCalls(deadlines);
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	ProtocolCalls governanceProtocolCalls(CallGuards guards, CallDeadlines deadlines) {
		return new ProtocolCalls(guards, deadlines);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBean(MeterRegistry.class)
	static class MetricsConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceCallMetrics")
		CallMetrics governanceCallMetrics(CallGuards guards, EndpointGate gate,
				ObjectProvider<MeterRegistry> registry) {
			return new CallMetrics(guards, gate, registry::getObject);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Mono.class)
	static class ReactiveCallsConfiguration {

		@Bean
		@ConditionalOnMissingBean
		GovernanceReactiveCalls governanceReactiveCalls(CallDeadlines deadlines) {
			return new GovernanceReactiveCalls(deadlines);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ClientHttpRequestInterceptor.class, RestTemplate.class })
	@ConditionalOnBooleanProperty(name = "spring.cloud.loadbalancer.retry.enabled", havingValue = false,
			matchIfMissing = true)
	static class BlockingConfiguration {

		@Bean
		@Lazy
		@ConditionalOnMissingBean(name = "governanceCallWatchdog")
		Watchdog governanceCallWatchdog() {
			return new Watchdog();
		}

		@Bean
		@Lazy
		@ConditionalOnMissingBean(name = "governanceBlockingCalls")
		BlockingCalls governanceBlockingCalls(LoadBalancerClient client, ServiceBalancers balancers, CallLane lane,
				CallGuards guards, Watchdog watchdog, ObjectProvider<LoadBalancerClientsProperties> properties,
				ObjectProvider<ObservationRegistry> observations) {
			return new BlockingCalls(client, balancers, lane, guards, watchdog, hints(properties),
					observations.getIfAvailable(() -> ObservationRegistry.NOOP));
		}

		private static UnaryOperator<String> hints(ObjectProvider<LoadBalancerClientsProperties> properties) {
			LoadBalancerClientsProperties all = properties.getIfAvailable(LoadBalancerClientsProperties::new);
			return (service) -> {
				LoadBalancerProperties own = all.getClients().getOrDefault(service, all);
				return own.getHint().getOrDefault(service, own.getHint().getOrDefault("default", "default"));
			};
		}

		@Bean
		@Lazy
		@Primary
		@ConditionalOnMissingBean(BlockingLoadBalancerInterceptor.class)
		GovernanceCallInterceptor governanceCallInterceptor(LoadBalancerClient client,
				ObjectProvider<LoadBalancerRequestFactory> requests,
				ObjectProvider<LoadBalancerRequestTransformer> transformers, BlockingCalls calls,
				CallDeadlines deadlines) {
			return new GovernanceCallInterceptor(client,
					requests.getIfAvailable(
							() -> new LoadBalancerRequestFactory(client, transformers.orderedStream().toList())),
					calls, deadlines);
		}

		/**
		 * Spring Cloud has one for a parent and its children, but it gets to see the
		 * beans of its own context alone.
		 */
		@Bean
		@ConditionalOnBean(LoadBalancerRestClientBuilderBeanPostProcessor.class)
		@ConditionalOnMissingBean(value = LoadBalancerRestClientBuilderBeanPostProcessor.class,
				search = SearchStrategy.CURRENT)
		static LoadBalancerRestClientBuilderBeanPostProcessor<DeferringLoadBalancerInterceptor> governanceRestClientsOfAChild(
				ObjectProvider<DeferringLoadBalancerInterceptor> interceptor, ApplicationContext context) {
			return new LoadBalancerRestClientBuilderBeanPostProcessor<>(interceptor, context);
		}

		@Bean
		@ConditionalOnMissingBean
		@ConditionalOnBean(name = "governanceCallInterceptor")
		RestTemplateCustomizer governanceRestTemplateCustomizer(ObjectProvider<GovernanceCallInterceptor> interceptor) {
			return (template) -> template.getInterceptors().add(interceptor.getObject());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Mono.class, WebClient.class })
	@ConditionalOnBooleanProperty(name = "spring.cloud.loadbalancer.retry.enabled", havingValue = false,
			matchIfMissing = true)
	static class WebClientConfiguration {

		@Bean
		@ConditionalOnMissingBean(ReactorLoadBalancerExchangeFilterFunction.class)
		GovernanceExchangeFilter governanceExchangeFilter(ReactiveLoadBalancer.Factory<ServiceInstance> factory,
				ObjectProvider<LoadBalancerClientRequestTransformer> transformers, CallGuards guards,
				CallDeadlines deadlines, ServiceBalancers balancers, ReactiveCallLane lane) {
			return new GovernanceExchangeFilter(factory, transformers.orderedStream().toList(), guards, deadlines,
					balancers, lane);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Mono.class, WebClient.class })
	@ConditionalOnBooleanProperty(name = "spring.cloud.loadbalancer.retry.enabled")
	static class RetryingWebClientConfiguration {

		@Bean
		@ConditionalOnMissingBean(RetryableLoadBalancerExchangeFilterFunction.class)
		RetryingExchangeFilter governanceRetryingExchangeFilter(
				ObjectProvider<LoadBalancerRetryPolicy.Factory> policies,
				ReactiveLoadBalancer.Factory<ServiceInstance> factory,
				ObjectProvider<LoadBalancerClientRequestTransformer> transformers) {
			return new RetryingExchangeFilter(policies
				.getIfAvailable(() -> (service) -> new RetryableExchangeFilterFunctionLoadBalancerRetryPolicy(
						factory.getProperties(service))),
					factory, transformers.orderedStream().toList());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Feign.class, FeignBlockingLoadBalancerClient.class, LoadBalancerClientFactory.class })
	@ConditionalOnBooleanProperty(name = "spring.cloud.loadbalancer.retry.enabled", havingValue = false,
			matchIfMissing = true)
	static class FeignConfiguration {

		@Bean
		static FeignClients governanceFeignClients(ObjectProvider<LoadBalancerClient> client,
				ObjectProvider<LoadBalancerClientFactory> factory,
				ObjectProvider<LoadBalancerFeignRequestTransformer> transformers, ObjectProvider<BlockingCalls> calls,
				ObjectProvider<CallDeadlines> deadlines) {
			return new FeignClients(
					(delegate) -> new GovernanceFeignClient(delegate, client.getObject(), factory.getObject(),
							transformers.orderedStream().toList(), calls.getObject(), deadlines.getObject()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ FeignClientSpecification.class, MicrometerObservationCapability.class })
	@ConditionalOnBooleanProperty(name = "spring.cloud.loadbalancer.retry.enabled", havingValue = false,
			matchIfMissing = true)
	static class FeignObservationConfiguration {

		@Bean
		FeignClientSpecification governanceFeignClientSpecification() {
			return new FeignClientSpecification("default.governance", "default",
					new Class<?>[] { FeignChildConfiguration.class });
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	@ConditionalOnClass({ GlobalFilter.class, ServerWebExchange.class })
	static class GatewayConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceGatewayCallFilter")
		GatewayCallFilter governanceGatewayCallFilter() {
			return new GatewayCallFilter();
		}

	}

}
