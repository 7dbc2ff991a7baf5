package io.governance.grpc.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.stream.IntStream;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.grpc.client.GrpcChannelFactory;

import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.grpc.Echo;
import io.governance.grpc.EchoServer;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.Instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Calls that tell their user, while one of two instances cannot be connected to: it takes
 * connections, and never says a word.
 */
@Timeout(60)
class GrpcAffinityTests {

	private static final Metadata.Key<String> USER = Metadata.Key.of("x-user-id", Metadata.ASCII_STRING_MARSHALLER);

	private final EchoServer first = new EchoServer("first");

	private final ServerSocket silent = silent();

	private ConfigurableApplicationContext application;

	private Channel channel;

	private static ServerSocket silent() {
		try {
			return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@AfterEach
	void stop() throws IOException {
		if (this.application != null) {
			this.application.close();
		}
		this.first.close();
		this.silent.close();
	}

	private void start(String algorithm, String... more) {
		this.application = new SpringApplicationBuilder(Caller.class).web(WebApplicationType.NONE)
			.properties(more)
			.run("--spring.main.banner-mode=off", "--governance.backend=local",
					"--governance.discovery.backends=static", "--governance.registry.enabled=false",
					"--governance.gray.enabled=false", "--governance.config.enabled=false",
					"--governance.loadbalancer.algorithm=" + algorithm,
					"--governance.discovery.static.users=http://127.0.0.1:" + this.first.port()
							+ "?id=first,http://127.0.0.1:" + this.silent.getLocalPort() + "?id=silent");
		this.channel = this.application.getBean(GrpcChannelFactory.class).createChannel("governance:///users");
		await().atMost(Duration.ofSeconds(30))
			.pollDelay(Duration.ZERO)
			// A busy machine may take longer to connect.
			.ignoreExceptionsInstanceOf(StatusRuntimeException.class)
			.until(() -> Echo.call(this.channel, Echo.LOOK, "x", Duration.ofSeconds(1)).equals("first"));
	}

	private String call(String user, Duration deadline) {
		Metadata headers = new Metadata();
		headers.put(USER, user);
		return Echo.call(ClientInterceptors.intercept(this.channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
				Echo.LOOK, "x", deadline);
	}

	@Test
	void callOfAUserWaitsForNobodyWhereTheAlgorithmDoesNotLookAtUsers() {
		start("round-robin");
		for (int i = 0; i < 6; i++) {
			assertThat(call("user123", Duration.ofSeconds(10))).isEqualTo("first");
		}
	}

	@Test
	void callOfAUserWaitsForTheInstanceThatTheUserBelongsTo() {
		start("consistent-hash");
		assertThat(call(userOf("first"), Duration.ofSeconds(10))).isEqualTo("first");
		String user = userOf("silent");
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> call(user, Duration.ofSeconds(1)))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
	}

	@ParameterizedTest
	@ValueSource(strings = { "X!User", "user-bin" })
	@DisplayName("A header that HTTP knows and gRPC does not is no key, and keeps no call from being made")
	void headerThatGrpcDoesNotKnowIsNoKey(String header) {
		start("consistent-hash", "governance.loadbalancer.affinity-header=" + header);
		assertThat(call("user123", Duration.ofSeconds(10))).isEqualTo("first");
	}

	private String userOf(String instance) {
		ServiceBalancer balancer = this.application.getBean(ServiceBalancers.class).balancer("users");
		return IntStream.range(0, 1000)
			.mapToObj((number) -> "user" + number)
			.filter((user) -> instance
				.equals(balancer.pick(Instance.STABLE, PickRequest.withKey(user)).instance().id()))
			.findFirst()
			.orElseThrow();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Caller {

	}

}
