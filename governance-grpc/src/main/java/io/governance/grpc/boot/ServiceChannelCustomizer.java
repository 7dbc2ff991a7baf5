package io.governance.grpc.boot;

import io.grpc.ManagedChannelBuilder;

import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;

import io.governance.grpc.GovernanceChannels;

/**
 * Prepares the channels of this application whose target is a service.
 *
 * @param <T> the type of the builders
 */
final class ServiceChannelCustomizer<T extends ManagedChannelBuilder<T>> implements GrpcChannelBuilderCustomizer<T> {

	private final GovernanceChannels channels;

	private final GrpcTargets targets;

	ServiceChannelCustomizer(GovernanceChannels channels, GrpcTargets targets) {
		this.channels = channels;
		this.targets = targets;
	}

	@Override
	public void customize(String name, T builder) {
		String target = this.targets.target(name);
		if (GovernanceChannels.isService(target)) {
			this.channels.prepare(builder, target);
		}
	}

}
