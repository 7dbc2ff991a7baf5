package io.governance.grpc.boot;

import io.grpc.ServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration;
import org.springframework.boot.grpc.server.autoconfigure.health.GrpcServerHealthAutoConfiguration;
import org.springframework.boot.grpc.server.autoconfigure.health.GrpcServerHealthProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.GrpcServerFactory;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

import io.governance.boot.call.GovernanceCallAutoConfiguration;
import io.governance.boot.call.GovernanceCalls;
import io.governance.boot.gray.GovernanceGrayAutoConfiguration;
import io.governance.boot.gray.GovernanceGrayMetricsAutoConfiguration;
import io.governance.boot.gray.InboundLanes;
import io.governance.boot.gray.InboundRequests;
import io.governance.boot.gray.LaneCarrier;
import io.governance.boot.registry.GovernanceRegistration;
import io.governance.boot.registry.GovernanceRegistryAutoConfiguration;
import io.governance.boot.registry.InboundCalls;
import io.governance.grpc.LaneDecider;
import io.governance.grpc.LaneServerInterceptor;

/**
 * Auto-configuration for services that are called over gRPC: their registration, their
 * health, and the lanes of their calls.
 */
@AutoConfiguration(after = { GrpcServerAutoConfiguration.class, GrpcServerHealthAutoConfiguration.class,
		GovernanceRegistryAutoConfiguration.class, GovernanceGrayAutoConfiguration.class,
		GovernanceGrayMetricsAutoConfiguration.class, GovernanceCallAutoConfiguration.class })
@ConditionalOnClass({ GrpcServerFactory.class, GrpcServerAutoConfiguration.class, GovernanceRegistration.class })
@ConditionalOnBooleanProperty(name = "governance.grpc.server.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GrpcServerProperties.class)
public final class GovernanceGrpcServerAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(GovernanceRegistration.class)
	static class RegistrationConfiguration {

		@Bean
		ApplicationListener<GrpcServerStartedEvent> governanceGrpcPort(GovernanceRegistration registration,
				Environment environment) {
			return new GrpcPort(registration, environment);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(InboundCalls.class)
	static class InboundCallsConfiguration {

		@Bean
		@GlobalServerInterceptor
		@Order(Ordered.HIGHEST_PRECEDENCE)
		InboundCallsServerInterceptor governanceInboundCallsServerInterceptor(InboundCalls calls) {
			return new InboundCallsServerInterceptor(calls);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(InboundLanes.class)
	static class LaneConfiguration {

		@Bean
		@ConditionalOnMissingBean
		LaneDecider governanceLaneDecider(InboundLanes lanes, LaneCarrier carrier) {
			return new GrpcLaneDecider(lanes, carrier);
		}

		@Bean
		@GlobalServerInterceptor
		@Order(Ordered.HIGHEST_PRECEDENCE + 10)
		@ConditionalOnMissingBean
		LaneServerInterceptor governanceLaneServerInterceptor(LaneDecider decider) {
			return new LaneServerInterceptor(decider);
		}

	}

	/** Within a servlet a call is an HTTP request, which is counted as such. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(InboundRequests.class)
	@ConditionalOnMissingBean(type = "org.springframework.boot.grpc.server.GrpcServletRegistration")
	static class RequestsConfiguration {

		@Bean
		<T extends ServerBuilder<T>> ServerBuilderCustomizer<T> governanceInboundRequests(
				@Qualifier(GovernanceGrayMetricsAutoConfiguration.INBOUND_REQUESTS) InboundRequests requests) {
			// Interceptors of a server come before those of its services.
			InboundRequestServerInterceptor interceptor = new InboundRequestServerInterceptor(requests,
					System::nanoTime);
			return (builder) -> builder.intercept(interceptor);
		}

		@Bean
		@GlobalServerInterceptor
		@Order(Ordered.HIGHEST_PRECEDENCE + 12)
		InboundRequestServerInterceptor.Decided governanceInboundRequestDecided() {
			return new InboundRequestServerInterceptor.Decided();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty("governance.grpc.server.default-deadline")
	static class DefaultDeadlineConfiguration {

		@Bean
		@GlobalServerInterceptor
		@Order(Ordered.HIGHEST_PRECEDENCE + 15)
		DefaultDeadlineServerInterceptor governanceDefaultDeadlineServerInterceptor(GrpcServerProperties properties) {
			return new DefaultDeadlineServerInterceptor(properties.defaultDeadline());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(GovernanceCalls.class)
	static class DeadlineConfiguration {

		@Bean
		@GlobalServerInterceptor
		@Order(Ordered.HIGHEST_PRECEDENCE + 20)
		DeadlineServerInterceptor governanceDeadlineServerInterceptor(GovernanceCalls calls) {
			return new DeadlineServerInterceptor(calls);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HealthStatusManager.class)
	@ConditionalOnBean({ HealthStatusManager.class, GrpcServerHealthProperties.class })
	static class HealthConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ServingHealth governanceServingHealth(HealthStatusManager health, GrpcServerHealthProperties properties,
				ApplicationContext context) {
			return new ServingHealth(health, properties, context);
		}

	}

	/** Takes the port of the server. */
	private record GrpcPort(GovernanceRegistration registration,
			Environment environment) implements ApplicationListener<GrpcServerStartedEvent> {

		@Override
		public void onApplicationEvent(GrpcServerStartedEvent event) {
			// A server within the process, or on a Unix socket, has none.
			if (event.getPort() > 0) {
				this.registration.servesGrpcOn(event.getPort(), servesTls());
			}
		}

		private boolean servesTls() {
			return this.environment.getProperty("spring.grpc.server.ssl.enabled", Boolean.class,
					this.environment.containsProperty("spring.grpc.server.ssl.bundle"));
		}

	}

}
