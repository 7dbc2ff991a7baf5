package io.governance.grpc.boot;

import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties;
import org.springframework.core.env.PropertyResolver;

/**
 * The targets of channels by the names that the application has for them, as Spring Boot
 * resolves them.
 */
final class GrpcTargets {

	private final PropertyResolver placeholders;

	private final GrpcClientProperties properties;

	GrpcTargets(PropertyResolver placeholders, GrpcClientProperties properties) {
		this.placeholders = placeholders;
		this.properties = properties;
	}

	/** The target of a channel, which may be its name. */
	String target(String name) {
		GrpcClientProperties.Channel channel = this.properties.getChannel().get(name);
		return this.placeholders.resolvePlaceholders((channel != null) ? channel.getTarget() : name);
	}

}
