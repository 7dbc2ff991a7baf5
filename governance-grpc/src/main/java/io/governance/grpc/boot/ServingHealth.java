package io.governance.grpc.boot;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;

import org.springframework.boot.grpc.server.autoconfigure.health.GrpcServerHealthProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

/**
 * What {@code grpc.health.v1} answers for each service: that it is served, from the start
 * of the server until this instance begins to leave. Services of which Spring Boot is
 * told the health have that.
 */
final class ServingHealth implements GenericApplicationListener {

	private final HealthStatusManager health;

	private final GrpcServerHealthProperties properties;

	private final ApplicationContext context;

	ServingHealth(HealthStatusManager health, GrpcServerHealthProperties properties, ApplicationContext context) {
		this.health = health;
		this.properties = properties;
		this.context = context;
	}

	@Override
	public boolean supportsEventType(ResolvableType type) {
		return type.isAssignableFrom(GrpcServerStartedEvent.class) || type.isAssignableFrom(ContextClosedEvent.class);
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		if (event instanceof GrpcServerStartedEvent started) {
			started.getServer()
				.getServices()
				.stream()
				.map((service) -> service.getServiceDescriptor().getName())
				.filter((name) -> !this.properties.getService().containsKey(name))
				.forEach((name) -> this.health.setStatus(name, ServingStatus.SERVING));
		}
		else if (event instanceof ContextClosedEvent closed && closed.getApplicationContext() == this.context) {
			this.health.enterTerminalState();
		}
	}

	@Override
	public boolean supportsAsyncExecution() {
		return false;
	}

	/** Before the instance drains, which takes its time. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
