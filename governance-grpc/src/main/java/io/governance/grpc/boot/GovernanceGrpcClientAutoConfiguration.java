package io.governance.grpc.boot;

import java.util.ArrayList;
import java.util.List;

import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannelBuilder;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientObservationAutoConfiguration;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.grpc.client.GlobalClientInterceptor;
import org.springframework.grpc.client.GrpcChannelFactory;

import io.governance.boot.call.GovernanceCallAutoConfiguration;
import io.governance.boot.call.ProtocolCalls;
import io.governance.boot.discovery.FirstList;
import io.governance.boot.gray.LaneCarrier;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerAutoConfiguration;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.grpc.CallClientInterceptor;
import io.governance.grpc.CallGuard;
import io.governance.grpc.GovernanceChannels;
import io.governance.grpc.GrpcServices;
import io.governance.grpc.LaneClientInterceptor;
import io.governance.grpc.LaneMetadata;

/**
 * Auto-configuration for gRPC calls by service name, {@code governance:///users}.
 */
@AutoConfiguration(after = { GrpcClientAutoConfiguration.class, GrpcClientObservationAutoConfiguration.class,
		GovernanceLoadBalancerAutoConfiguration.class, GovernanceCallAutoConfiguration.class })
@ConditionalOnClass({ GrpcChannelFactory.class, GrpcClientAutoConfiguration.class, ServiceBalancers.class })
@ConditionalOnBean({ ServiceBalancers.class, GrpcClientProperties.class })
@ConditionalOnBooleanProperty(name = "governance.grpc.client.enabled", matchIfMissing = true)
public final class GovernanceGrpcClientAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GrpcServices governanceGrpcServices(ServiceBalancers balancers, FirstList firstList) {
		return new BootServices(balancers, firstList);
	}

	@Bean
	@ConditionalOnMissingBean
	LaneMetadata governanceLaneMetadata(ObjectProvider<LaneCarrier> carrier) {
		LaneCarrier available = carrier.getIfAvailable();
		return (available != null) ? new CarriedLanes(available) : LaneMetadata.HEADER;
	}

	/**
	 * Without an order it comes after the observation of the call, which is one for all
	 * tries.
	 */
	@Bean
	@GlobalClientInterceptor
	@ConditionalOnMissingBean
	LaneClientInterceptor governanceLaneClientInterceptor(LaneMetadata metadata) {
		return new LaneClientInterceptor(metadata);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(ProtocolCalls.class)
	CallGuard governanceGrpcCallGuard(ProtocolCalls calls, ObjectProvider<ObservationRegistry> observations) {
		return new BootCallGuard(calls, observations.getIfAvailable(() -> ObservationRegistry.NOOP));
	}

	@Bean
	@GlobalClientInterceptor
	@ConditionalOnMissingBean
	@ConditionalOnBean(CallGuard.class)
	CallClientInterceptor governanceCallClientInterceptor(GrpcServices services, CallGuard guard) {
		return new CallClientInterceptor(services, guard);
	}

	@Bean
	@ConditionalOnMissingBean
	GovernanceChannels governanceChannels(GrpcServices services, LaneClientInterceptor lanes,
			ObjectProvider<CallClientInterceptor> calls) {
		List<ClientInterceptor> interceptors = new ArrayList<>(List.of(lanes));
		calls.ifAvailable(interceptors::add);
		return new GovernanceChannels(services, interceptors);
	}

	@Bean
	<T extends ManagedChannelBuilder<T>> ServiceChannelCustomizer<T> governanceServiceChannelCustomizer(
			GovernanceChannels channels, Environment environment, GrpcClientProperties properties) {
		return new ServiceChannelCustomizer<>(channels, new GrpcTargets(environment, properties));
	}

}
