package io.governance.boot.gray;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

import jakarta.servlet.Filter;
import org.apache.catalina.Valve;
import reactor.util.context.ContextView;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnThreading;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.thread.Threading;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.task.SimpleAsyncTaskSchedulerBuilder;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.cloud.gateway.server.mvc.filter.HttpHeadersFilter.RequestHttpHeadersFilter;
import org.springframework.cloud.openfeign.loadbalancer.LoadBalancerFeignRequestTransformer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.scheduling.config.TaskManagementConfigUtils;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;

import io.governance.backend.Backend;
import io.governance.boot.backend.ConfigBackend;
import io.governance.boot.backend.GovernanceBackendAutoConfiguration;
import io.governance.boot.loadbalancer.CallLane;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerAutoConfiguration;
import io.governance.boot.loadbalancer.LanePolicies;
import io.governance.boot.loadbalancer.ReactiveCallLane;
import io.governance.boot.GovernanceProperties;
import io.governance.boot.config.GovernanceConfigAutoConfiguration;
import io.governance.boot.configdata.GovernanceBootstrap;
import io.governance.boot.configdata.GovernanceConfigProperties;
import io.governance.config.DocumentId;
import io.governance.config.SnapshotCache;
import io.governance.gray.GrayDecision;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.GrayStrategyFactory;
import io.governance.gray.LaneContext;

/**
 * Auto-configuration for gray release: the rules, the lanes of inbound requests, and
 * their passing on.
 */
@AutoConfiguration(after = { GovernanceBackendAutoConfiguration.class, GovernanceConfigAutoConfiguration.class },
		afterName = "org.springframework.cloud.gateway.config.GatewayMetricsAutoConfiguration",
		before = { GovernanceLoadBalancerAutoConfiguration.class, TaskSchedulingAutoConfiguration.class })
@ConditionalOnBean(Backend.class)
@ConditionalOnBooleanProperty(name = "governance.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "governance.gray.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GovernanceGrayProperties.class)
public final class GovernanceGrayAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GrayRulesParser governanceGrayRulesParser(ObjectProvider<GrayStrategyFactory> factories,
			ListableBeanFactory beans) {
		List<GrayStrategyFactory> all = new ArrayList<>(factories.orderedStream().toList());
		if (all.stream().noneMatch((factory) -> factory.name().equals(BeanStrategies.NAME))) {
			all.add(new BeanStrategies(beans));
		}
		return new GrayRulesParser(all);
	}

	@Bean
	@ConditionalOnMissingBean
	GrayRulesKeeper governanceGrayRulesKeeper(Backend backend, ObjectProvider<ConfigBackend> documents,
			GovernanceGrayProperties properties, GrayRulesParser parser, Environment environment,
			ObjectProvider<GrayRulesListener> listeners, GovernanceProperties governance,
			GovernanceConfigProperties config) {
		properties.check();
		DocumentId document = new DocumentId(governance.namespace(), config.group(), properties.document());
		SnapshotCache cache = config.cache()
			.open("gray", governance.namespace(), config.group(),
					environment.getProperty("spring.application.name", "application"));
		return new GrayRulesKeeper(documents.getIfAvailable(() -> new ConfigBackend(backend)).backend().config(),
				document, parser, cache, listeners.orderedStream().toList());
	}

	/** Rules about config are to be refused where those about requests are. */
	@Bean
	SmartInitializingSingleton governanceConfigRules(ObjectProvider<GrayRulesKeeper> keeper,
			ObjectProvider<GovernanceBootstrap> bootstrap) {
		return () -> keeper
			.ifUnique((rules) -> bootstrap.ifAvailable((started) -> started.readRulesWith(rules.parser())));
	}

	@Bean
	@ConditionalOnMissingBean(LanePolicies.class)
	RuleLanePolicies governanceLanePolicies() {
		return new RuleLanePolicies();
	}

	@Bean
	@ConditionalOnMissingBean
	CallLane governanceCallLane() {
		return LaneContext::current;
	}

	@Bean
	@ConditionalOnMissingBean
	LaneCarrier governanceLaneCarrier(GovernanceGrayProperties properties) {
		return new LaneCarrier(properties);
	}

	/**
	 * Filters are made with the server, while each look-up of a bean still goes through
	 * all definitions: the keeper of the rules comes later.
	 */
	@Bean
	@ConditionalOnMissingBean(name = "governanceLaneDecision")
	LaneDecision governanceLaneDecision(ObjectProvider<GrayRulesKeeper> keeper, LaneCarrier carrier,
			GovernanceGrayProperties properties, ObjectProvider<GrayClaims> claims) {
		SingletonSupplier<GrayRulesKeeper> rules = SingletonSupplier.of(keeper::getObject);
		return new LaneDecision(() -> rules.obtain().rules(), carrier, properties, claims.getIfUnique());
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	InboundLanes governanceInboundLanes(LaneDecision decision) {
		return new InboundLanes(decision);
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean(name = "governanceLaneObservations")
	LaneObservations governanceLaneObservations() {
		return new LaneObservations();
	}

	/** Fallback: whoever asks for the one decorator of the application gets that. */
	@Bean
	@Fallback
	@ConditionalOnMissingBean
	LaneTaskDecorator governanceLaneTaskDecorator() {
		return new LaneTaskDecorator();
	}

	/** As Spring Boot's own scheduler for virtual threads, and instead of it. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnThreading(Threading.VIRTUAL)
	@ConditionalOnBean(name = TaskManagementConfigUtils.SCHEDULED_ANNOTATION_PROCESSOR_BEAN_NAME)
	@ConditionalOnMissingBean({ TaskScheduler.class, ScheduledExecutorService.class })
	static class SchedulingConfiguration {

		@Bean(name = "taskScheduler")
		SimpleAsyncTaskScheduler governanceTaskScheduler(SimpleAsyncTaskSchedulerBuilder builder,
				LaneTaskDecorator decorator) {
			return builder.configure(new LaneTaskScheduler(decorator));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Jwt.class, JwtAuthenticationToken.class })
	static class JwtConfiguration {

		@Bean
		@ConditionalOnMissingBean
		GrayClaims governanceJwtClaims() {
			return (request, name) -> (request.principal() instanceof JwtAuthenticationToken authenticated)
					? authenticated.getToken().getClaimAsString(name) : null;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.SERVLET)
	@ConditionalOnClass({ Filter.class, OncePerRequestFilter.class })
	static class ServletConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceLaneFilter")
		LaneFilter governanceLaneFilter(LaneDecision decision) {
			return new LaneFilter(decision);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.SERVLET)
	@ConditionalOnClass({ Valve.class, ConfigurableTomcatWebServerFactory.class })
	static class TomcatConfiguration {

		@Bean
		ConnectionPeers governanceConnectionPeers() {
			return new ConnectionPeers();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	@ConditionalOnClass(WebFilter.class)
	static class WebFluxConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceLaneWebFilter")
		LaneWebFilter governanceLaneWebFilter(LaneDecision decision) {
			return new LaneWebFilter(decision);
		}

		@Bean
		HttpHandlerDecoratorFactory governanceLaneHttpHandler(LaneDecision decision) {
			return (handler) -> new LaneHttpHandler(decision, handler);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	@ConditionalOnClass({ GlobalFilter.class, ServerWebExchange.class })
	static class GatewayConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceLaneGatewayFilter")
		LaneGatewayFilter governanceLaneGatewayFilter(LaneCarrier carrier, ReactiveCallLane lane) {
			return new LaneGatewayFilter(carrier, lane);
		}

		@Bean
		@ConditionalOnBean(LaneGatewayFilter.class)
		HttpHeadersFilter governanceLaneHttpHeadersFilter(LaneGatewayFilter filter) {
			return filter.afterTracing();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.SERVLET)
	@ConditionalOnClass(RequestHttpHeadersFilter.class)
	static class ServletGatewayConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceLaneHeadersFilter")
		LaneHeadersFilter governanceLaneHeadersFilter(LaneCarrier carrier) {
			return new LaneHeadersFilter(carrier);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ContextView.class)
	static class ReactorConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ReactiveCallLane governanceReactiveCallLane(CallLane current) {
			return (context) -> context.<GrayDecision>getOrEmpty(LaneKey.KEY)
				.map(GrayDecision::lanes)
				.orElseGet(current::current);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ClientHttpRequestInterceptor.class)
	static class BlockingClientConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceLaneRequestTransformer")
		LaneRequestTransformer governanceLaneRequestTransformer(LaneCarrier carrier) {
			return new LaneRequestTransformer(carrier);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(WebClient.class)
	static class WebClientConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceLaneClientRequestTransformer")
		LaneClientRequestTransformer governanceLaneClientRequestTransformer(LaneCarrier carrier) {
			return new LaneClientRequestTransformer(carrier);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(LoadBalancerFeignRequestTransformer.class)
	static class FeignConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "governanceLaneFeignRequestTransformer")
		LaneFeignRequestTransformer governanceLaneFeignRequestTransformer(LaneCarrier carrier) {
			return new LaneFeignRequestTransformer(carrier);
		}

	}

}
