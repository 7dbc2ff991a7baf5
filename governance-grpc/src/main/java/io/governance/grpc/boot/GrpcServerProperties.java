package io.governance.grpc.boot;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Configuration properties for services that are called over gRPC.
 *
 * @param defaultDeadline limit of unary calls whose callers set no deadline, from their
 * arrival to their end; 0 means no limit
 */
@ConfigurationProperties("governance.grpc.server")
record GrpcServerProperties(@DefaultValue("0s") Duration defaultDeadline) {

	GrpcServerProperties {
		if (defaultDeadline.isNegative()) {
			throw new IllegalArgumentException(
					"governance.grpc.server.default-deadline must not be negative, such as 30s; 0 is no limit");
		}
	}

}
