package io.governance.boot.loadbalancer;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;

import io.governance.loadbalancer.HealthProbe;
import io.governance.registry.Instance;

/**
 * Whether an instance says that it is serving, by the health checking protocol of gRPC
 * ({@code grpc.health.v1}).
 */
public final class GrpcHealthProbe implements HealthProbe {

	private final String service;

	/**
	 * Creates a probe.
	 * @param service the gRPC service to ask for; empty for the server as a whole
	 */
	public GrpcHealthProbe(String service) {
		this.service = service;
	}

	@Override
	public String name() {
		return "grpc";
	}

	@Override
	public void probe(Instance instance, Duration timeout) throws IOException, InterruptedException {
		ChannelCredentials credentials = instance.secure() ? TlsChannelCredentials.create()
				: InsecureChannelCredentials.create();
		ManagedChannel channel = Grpc.newChannelBuilderForAddress(instance.host(), instance.grpcPort(), credentials)
			.disableRetry()
			.build();
		try {
			ServingStatus status = HealthGrpc.newBlockingStub(channel)
				.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS)
				.check(HealthCheckRequest.newBuilder().setService(this.service).build())
				.getStatus();
			if (status != ServingStatus.SERVING) {
				throw new IOException("it answers " + status);
			}
		}
		catch (StatusRuntimeException ex) {
			if (Thread.interrupted()) {
				throw new InterruptedException();
			}
			throw new IOException("it answers " + ex.getStatus().getCode(), ex);
		}
		finally {
			channel.shutdownNow();
		}
	}

}
