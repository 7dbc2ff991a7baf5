package io.governance.grpc.boot;

import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

import io.governance.grpc.Echo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Calls of clients that know nothing of this library. */
@Timeout(60)
class DefaultDeadlineTests {

	private ConfigurableApplicationContext application;

	private ManagedChannel channel;

	private void start(String... properties) {
		this.application = new SpringApplicationBuilder(Slow.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.grpc.server.port=0", "governance.backend=local",
					"governance.registry.enabled=false", "governance.discovery.enabled=false",
					"governance.config.enabled=false")
			.properties(properties)
			.run();
		this.channel = ManagedChannelBuilder.forAddress("127.0.0.1", this.application.getBean(Slow.class).port)
			.usePlaintext()
			.build();
	}

	@AfterEach
	void stop() {
		this.application.getBean(Slow.class).release.countDown();
		this.channel.shutdownNow();
		this.application.close();
	}

	private static String call(Channel channel, CallOptions options) {
		return ClientCalls.blockingUnaryCall(channel, Echo.SAY, options, "x");
	}

	@Test
	void endsACallWhoseHandlerIsStuck() throws InterruptedException {
		start("governance.grpc.server.default-deadline=2s");
		Slow slow = this.application.getBean(Slow.class);
		long start = System.nanoTime();
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> call(this.channel, CallOptions.DEFAULT))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED))
			.withMessageContaining("PT2S");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(2),
				Duration.ofSeconds(10));
		assertThat(slow.context.isCancelled()).isTrue();
		slow.release.countDown();
		assertThat(slow.cancelled.await(10, TimeUnit.SECONDS)).as("the handler is told").isTrue();
		// It has answered too late, which has done no harm.
		assertThat(call(this.channel, CallOptions.DEFAULT)).isEqualTo("done");
	}

	@Test
	void leavesToCallersWhatTheySay() {
		start("governance.grpc.server.default-deadline=300ms", "test.time=600ms");
		assertThat(call(this.channel, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS))).isEqualTo("done");
	}

	@Test
	void leavesStreamsOpen() {
		start("governance.grpc.server.default-deadline=300ms", "test.time=600ms");
		Iterator<String> stream = ClientCalls.blockingServerStreamingCall(this.channel, Echo.COUNT, CallOptions.DEFAULT,
				"x");
		assertThat(stream.next()).isEqualTo("done");
	}

	@Test
	void isOffUnlessAskedFor() {
		start("test.time=600ms");
		assertThat(call(this.channel, CallOptions.DEFAULT)).isEqualTo("done");
		assertThat(this.application.getBean(Slow.class).context.getDeadline()).isNull();
		assertThat(this.application.getBeanProvider(DefaultDeadlineServerInterceptor.class)).isEmpty();
	}

	@Test
	void callsThatEndInTimeLeaveNothingBehind() {
		start("governance.grpc.server.default-deadline=30s", "test.time=0s");
		assertThat(call(this.channel, CallOptions.DEFAULT)).isEqualTo("done");
		assertThat(this.application.getBean(Slow.class).context.getDeadline().timeRemaining(TimeUnit.SECONDS))
			.isBetween(1L, 30L);
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> ClientCalls.blockingUnaryCall(this.channel, Echo.LOOK, CallOptions.DEFAULT, "x"))
			.withMessage("NOT_FOUND: nothing there");
	}

	/** Answers as late as it is told to. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Slow {

		private final CountDownLatch release = new CountDownLatch(1);

		private final CountDownLatch cancelled = new CountDownLatch(1);

		private volatile Context context = Context.ROOT;

		private volatile int port;

		@EventListener
		void listens(GrpcServerStartedEvent event) {
			this.port = event.getPort();
		}

		@Bean
		BindableService echo(Environment environment) {
			Duration time = environment.getProperty("test.time", Duration.class, Duration.ofSeconds(30));
			return () -> ServerServiceDefinition.builder(Echo.SERVICE)
				.addMethod(Echo.SAY, ServerCalls.asyncUnaryCall((text, observer) -> answer(time, observer)))
				.addMethod(Echo.COUNT, ServerCalls.asyncServerStreamingCall((text, observer) -> answer(time, observer)))
				.addMethod(Echo.LOOK,
						ServerCalls.asyncUnaryCall((text, observer) -> observer
							.onError(Status.NOT_FOUND.withDescription("nothing there").asRuntimeException())))
				.build();
		}

		private void answer(Duration time, StreamObserver<String> observer) {
			this.context = Context.current();
			((ServerCallStreamObserver<String>) observer).setOnCancelHandler(this.cancelled::countDown);
			try {
				this.release.await(time.toMillis(), TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			observer.onNext("done");
			observer.onCompleted();
		}

	}

}
