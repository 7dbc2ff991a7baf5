package io.governance.grpc.boot;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.grpc.client.GrpcChannelFactory;

import io.governance.boot.registry.GovernanceRegistration;
import io.governance.grpc.Echo;
import io.governance.testservers.ConsulServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Registration with a gRPC check, as a real agent sees it. */
@Timeout(120)
class GrpcConsulTests {

	private final HttpClient http = HttpClient.newHttpClient();

	@Test
	void theAgentAsksTheServerForItsHealth(@TempDir Path directory) {
		String address = ConsulServer.shared().address();
		String[] settings = { "governance.backend=consul", "governance.consul.addresses=" + address,
				"governance.namespace=grpc-test", "governance.consul.registration.check=grpc",
				"governance.consul.registration.interval=1s", "spring.grpc.server.health.schedule.enabled=false" };
		try (GrpcFleet fleet = new GrpcFleet(directory)) {
			ConfigurableApplicationContext users = fleet.start("users", "users-1", WebApplicationType.SERVLET,
					GrpcFleet.Users.class, settings);
			assertThat(users.getBean(GovernanceRegistration.class).instance())
				.satisfies((instance) -> assertThat(instance.grpcPort()).isNotEqualTo(instance.port()));
			awaitCheck(address, "passing");
			// Whoever answers that is the gRPC server, and whoever asks is the agent.
			users.getBean(HealthStatusManager.class).setStatus("", ServingStatus.NOT_SERVING);
			awaitCheck(address, "critical");
			users.getBean(HealthStatusManager.class).setStatus("", ServingStatus.SERVING);
			awaitCheck(address, "passing");
			ConfigurableApplicationContext edge = fleet.edge("edge-1", "governance.backend=consul",
					"governance.consul.addresses=" + address, "governance.namespace=grpc-test");
			Channel channel = edge.getBean(GrpcChannelFactory.class).createChannel("people");
			assertThat(await().ignoreExceptionsInstanceOf(StatusRuntimeException.class)
				.until(() -> Echo.call(channel, Echo.SAY, "x"), (answer) -> true)).startsWith("users-1");
			CompletableFuture<Void> closed = CompletableFuture.runAsync(users::close);
			await().atMost(Duration.ofSeconds(30)).until(() -> checks(address).equals("[]"));
			assertThat(closed).succeedsWithin(Duration.ofSeconds(30));
		}
	}

	private void awaitCheck(String address, String status) {
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(checks(address)).contains("\"Type\":\"grpc\"")
				.contains("\"Status\":\"" + status + "\""));
	}

	private String checks(String address) throws IOException, InterruptedException {
		return this.http
			.send(HttpRequest.newBuilder(URI.create(address + "/v1/health/checks/users")).build(),
					BodyHandlers.ofString())
			.body()
			.replace("\": ", "\":")
			.strip();
	}

}
