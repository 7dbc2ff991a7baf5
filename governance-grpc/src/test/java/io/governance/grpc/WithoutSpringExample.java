package io.governance.grpc;

import java.time.Duration;
import java.util.List;

import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.ServiceDirectory;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;

/** What docs/grpc.md shows of channels without Spring, word by word. */
final class WithoutSpringExample {

	private WithoutSpringExample() {
	}

	static ManagedChannel users(ServiceDirectory directory) {
		BalancedServices services = new BalancedServices(directory,
				(service) -> ServiceBalancer.builder(service, new RoundRobinLoadBalancer()).zone("east"),
				Duration.ofSeconds(2));
		GovernanceChannels channels = new GovernanceChannels(services,
				List.of(new LaneClientInterceptor(LaneMetadata.HEADER)));
		ManagedChannel channel = channels.newChannelBuilder("governance:///users", InsecureChannelCredentials.create())
			.build();
		return channel;
	}

}
