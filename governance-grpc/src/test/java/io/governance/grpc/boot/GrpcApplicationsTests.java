package io.governance.grpc.boot;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.MeterNotFoundException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.web.client.RestClient;

import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.boot.registry.GovernanceRegistration;
import io.governance.grpc.Echo;
import io.governance.registry.Instance;
import io.governance.registry.ServiceDirectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class GrpcApplicationsTests {

	private static final String RULES = """
			rules:
			  - name: vip
			    service: "*"
			    lane: gray
			    match: {users: [vip]}
			""";

	@TempDir
	private Path directory;

	private static Channel channel(ApplicationContext context, String target) {
		return context.getBean(GrpcChannelFactory.class).createChannel(target, ChannelBuilderOptions.defaults());
	}

	private static String eventually(Channel channel) {
		return await().ignoreExceptionsInstanceOf(StatusRuntimeException.class)
			.until(() -> Echo.call(channel, Echo.SAY, "x"), (answer) -> true);
	}

	@Test
	void callsAServiceThatServesNothingButGrpc() {
		try (GrpcFleet fleet = new GrpcFleet(this.directory)) {
			ConfigurableApplicationContext users = fleet.users("users-1");
			ConfigurableApplicationContext edge = fleet.edge("edge-1");
			assertThat(eventually(channel(edge, "people"))).isEqualTo("users-1 stable");
			assertThat(eventually(channel(edge, "governance:///users"))).isEqualTo("users-1 stable");
			Instance instance = users.getBean(GovernanceRegistration.class).instance();
			assertThat(instance.metadata()).containsEntry(Instance.GRPC_PORT, Integer.toString(instance.port()));
		}
	}

	@Test
	void announcesBothPortsOfAServiceThatServesHttpToo() {
		try (GrpcFleet fleet = new GrpcFleet(this.directory)) {
			ConfigurableApplicationContext users = fleet.start("users", "users-1", WebApplicationType.SERVLET,
					GrpcFleet.Users.class);
			ConfigurableApplicationContext edge = fleet.edge("edge-1");
			assertThat(eventually(channel(edge, "people"))).isEqualTo("users-1 stable");
			Instance instance = users.getBean(GovernanceRegistration.class).instance();
			assertThat(instance.port())
				.isEqualTo(users.getEnvironment().getProperty("local.server.port", Integer.class));
			assertThat(instance.grpcPort()).isNotEqualTo(instance.port());
		}
	}

	@Test
	void countsItsCallsByTheirLanes() {
		try (GrpcFleet fleet = new GrpcFleet(this.directory)) {
			fleet.rules(RULES);
			ConfigurableApplicationContext users = fleet.users("users-1");
			Channel channel = channel(fleet.edge("edge-1"), "people");
			assertThat(eventually(channel)).isEqualTo("users-1 stable");
			Metadata metadata = new Metadata();
			metadata.put(Metadata.Key.of("x-user-id", Metadata.ASCII_STRING_MARSHALLER), "vip");
			assertThat(Echo.call(
					ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)),
					Echo.SAY, "x"))
				.isEqualTo("users-1 gray");
			MeterRegistry meters = users.getBean(MeterRegistry.class);
			for (String lane : List.of("stable", "gray")) {
				await(lane).ignoreExceptionsInstanceOf(MeterNotFoundException.class)
					.until(() -> meters.get("governance.gray.requests")
						.tags("service", "users", "lane", lane, "outcome", "success")
						.timer()
						.count() > 0);
			}
		}
	}

	@Test
	void keepsTheLaneFromHttpOverGrpcToHttp() {
		try (GrpcFleet fleet = new GrpcFleet(this.directory)) {
			fleet.rules(RULES);
			fleet.stock("stock-stable");
			fleet.stock("stock-gray", "governance.registry.instance.lane=gray");
			fleet.users("users-stable");
			fleet.users("users-gray", "governance.registry.instance.lane=gray");
			ConfigurableApplicationContext edge = fleet.edge("edge-1");
			RestClient client = RestClient
				.create("http://127.0.0.1:" + edge.getEnvironment().getProperty("local.server.port"));
			await().ignoreExceptions()
				.until(() -> edge.getBean(ServiceDirectory.class)
					.await("users", Duration.ofSeconds(1))
					.instances()
					.size() == 2);
			for (int i = 0; i < 10; i++) {
				assertThat(client.get().uri("/").header("X-User-ID", "vip").retrieve().body(String.class))
					.isEqualTo("users-gray stock-gray gray gray");
				assertThat(client.get().uri("/").header("X-User-ID", "other").retrieve().body(String.class))
					.isEqualTo("users-stable stock-stable stable stable");
			}
		}
	}

	@Test
	void decidesTheLaneByMetadataAtTheFirstService() {
		try (GrpcFleet fleet = new GrpcFleet(this.directory)) {
			fleet.rules(RULES);
			fleet.users("users-1");
			Channel channel = channel(fleet.edge("edge-1"), "people");
			Metadata metadata = new Metadata();
			metadata.put(Metadata.Key.of("x-user-id", Metadata.ASCII_STRING_MARSHALLER), "vip");
			// The interceptor of the client decides nothing: its call carries no lane.
			Channel asUser = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
			assertThat(eventually(asUser)).isEqualTo("users-1 gray");
		}
	}

	@Test
	void ignoresLanesOfStrangers() {
		try (GrpcFleet fleet = new GrpcFleet(this.directory)) {
			ConfigurableApplicationContext users = fleet.users("users-1", "governance.gray.trusted-peers=10.1.2.3/32");
			int port = users.getBean(GovernanceRegistration.class).instance().port();
			Metadata metadata = new Metadata();
			metadata.put(Metadata.Key.of("x-governance-lane", Metadata.ASCII_STRING_MARSHALLER), "gray");
			Channel asStranger = ClientInterceptors.intercept(
					channel(fleet.edge("edge-1"), "static://127.0.0.1:" + port),
					MetadataUtils.newAttachHeadersInterceptor(metadata));
			assertThat(eventually(asStranger)).isEqualTo("users-1 stable");
		}
	}

	@Test
	void keepsTheDeadlineFromGrpcToHttp() {
		try (GrpcFleet fleet = new GrpcFleet(this.directory)) {
			fleet.stock("stock-1", "test.hangs=true", "server.shutdown=immediate");
			ConfigurableApplicationContext users = fleet.users("users-1");
			Channel channel = channel(fleet.edge("edge-1"), "people");
			assertThat(eventually(channel)).startsWith("users-1");
			ServiceBalancers balancers = users.getBean(ServiceBalancers.class);
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> Echo.call(channel, Echo.LOOK, "x", Duration.ofMillis(1500)))
				.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
			// Long before the limit of a try, which is 10 s.
			await().atMost(Duration.ofSeconds(5))
				.until(() -> balancers.balancer("stock").endpoints().size() == 1
						&& balancers.balancer("stock").endpoints().get(0).stats().inFlight() == 0);
		}
	}

	@Test
	void applicationsOfOneProcessDoNotMix(@TempDir Path other) {
		try (GrpcFleet here = new GrpcFleet(this.directory); GrpcFleet there = new GrpcFleet(other)) {
			here.users("users-here");
			there.users("users-there");
			Channel fromHere = channel(here.edge("edge-here"), "people");
			Channel fromThere = channel(there.edge("edge-there"), "people");
			for (int i = 0; i < 10; i++) {
				assertThat(eventually(fromHere)).startsWith("users-here");
				assertThat(eventually(fromThere)).startsWith("users-there");
			}
		}
	}

	@Test
	void saysThatItDoesNotServeBeforeItLeaves() {
		try (GrpcFleet fleet = new GrpcFleet(this.directory)) {
			ConfigurableApplicationContext users = fleet.users("users-1", "governance.registry.drain.min-time=4s");
			int port = users.getBean(GovernanceRegistration.class).instance().port();
			Channel direct = channel(fleet.edge("edge-1"), "static://127.0.0.1:" + port);
			for (String service : List.of("", Echo.SERVICE)) {
				assertThat(status(direct, service)).isEqualTo(ServingStatus.SERVING);
			}
			CompletableFuture<Void> closed = CompletableFuture.runAsync(users::close);
			await().until(() -> status(direct, Echo.SERVICE) == ServingStatus.NOT_SERVING);
			assertThat(status(direct, "")).isEqualTo(ServingStatus.NOT_SERVING);
			assertThat(Echo.call(direct, Echo.SAY, "x")).startsWith("users-1");
			assertThat(closed).succeedsWithin(Duration.ofSeconds(20));
			assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> Echo.call(direct, Echo.SAY, "x"));
		}
	}

	private static ServingStatus status(Channel channel, String service) {
		return HealthGrpc.newBlockingStub(channel)
			.check(HealthCheckRequest.newBuilder().setService(service).build())
			.getStatus();
	}

	@Test
	void losesNoCallInARollingRestart() {
		try (GrpcFleet fleet = new GrpcFleet(this.directory)) {
			ConfigurableApplicationContext first = fleet.users("users-1", "governance.registry.drain.min-time=500ms",
					"governance.registry.drain.quiet-period=200ms");
			Channel channel = channel(fleet.edge("edge-1"), "people");
			assertThat(eventually(channel)).startsWith("users-1");
			fleet.users("users-2");
			CompletableFuture<Void> closed = CompletableFuture.runAsync(first::close);
			int calls = 0;
			while (!closed.isDone()) {
				Echo.call(channel, Echo.SAY, "x");
				calls++;
			}
			assertThat(calls).isPositive();
			assertThat(Echo.call(channel, Echo.SAY, "x")).startsWith("users-2");
		}
	}

}
