package io.governance.boot.loadbalancer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.governance.registry.Instance;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

/** Probes of a real gRPC server. */
@Timeout(60)
class GrpcHealthProbeTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final HealthStatusManager health = new HealthStatusManager();

	private final GrpcHealthProbe probe = new GrpcHealthProbe("");

	private Server server;

	@BeforeEach
	void start() throws IOException {
		this.server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
			.addService(this.health.getHealthService())
			.build()
			.start();
	}

	@AfterEach
	void stop() {
		this.server.shutdownNow();
	}

	@Test
	void isWellWhileItSaysThatItServes() {
		assertThatCode(() -> this.probe.probe(at(this.server.getPort()), PATIENCE)).doesNotThrowAnyException();
		this.health.setStatus("", ServingStatus.NOT_SERVING);
		assertThatIOException().isThrownBy(() -> this.probe.probe(at(this.server.getPort()), PATIENCE))
			.withMessage("it answers NOT_SERVING");
	}

	@Test
	void asksForOneService() {
		this.health.setStatus("orders", ServingStatus.SERVING);
		assertThatCode(() -> new GrpcHealthProbe("orders").probe(at(this.server.getPort()), PATIENCE))
			.doesNotThrowAnyException();
		assertThatIOException()
			.isThrownBy(() -> new GrpcHealthProbe("other").probe(at(this.server.getPort()), PATIENCE))
			.withMessage("it answers NOT_FOUND");
	}

	@Test
	void isNotWellWhereNobodyAnswers() throws IOException {
		int port = this.server.getPort();
		this.server.shutdownNow();
		assertThatIOException().isThrownBy(() -> this.probe.probe(at(port), PATIENCE))
			.withMessage("it answers UNAVAILABLE");
	}

	@Test
	void isNotWellIfItDoesNotAnswerInTime() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			assertThatIOException()
				.isThrownBy(() -> this.probe.probe(at(silent.getLocalPort()), Duration.ofMillis(300)))
				.withMessage("it answers DEADLINE_EXCEEDED");
		}
	}

	private static Instance at(int port) {
		return Instance.of("orders", "127.0.0.1", port).build();
	}

}
