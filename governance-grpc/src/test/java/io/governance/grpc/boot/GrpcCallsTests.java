package io.governance.grpc.boot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.grpc.client.GrpcChannelFactory;

import io.governance.boot.call.GovernanceCalls;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.grpc.Echo;
import io.governance.grpc.EchoServer;
import io.governance.loadbalancer.Endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class GrpcCallsTests {

	private final EchoServer first = new EchoServer("first");

	private final EchoServer second = new EchoServer("second");

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private ConfigurableApplicationContext application;

	private Channel channel;

	@AfterEach
	void stop() {
		if (this.application != null) {
			this.application.close();
		}
		this.first.close();
		this.second.close();
		this.timer.shutdownNow();
	}

	private void start(String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--governance.backend=local",
				"--governance.discovery.backends=static", "--governance.registry.enabled=false",
				"--governance.gray.enabled=false", "--governance.config.enabled=false",
				"--governance.discovery.static.users=http://127.0.0.1:" + this.first.port()
						+ "?id=first,http://127.0.0.1:" + this.second.port() + "?id=second"));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		this.application = new SpringApplicationBuilder(Caller.class).web(WebApplicationType.NONE)
			.run(arguments.toArray(String[]::new));
		this.channel = this.application.getBean(GrpcChannelFactory.class).createChannel("governance:///users");
		// Both are connected.
		this.first.recovers();
		await().pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			// To connect may take longer than a try may.
			.ignoreExceptionsInstanceOf(StatusRuntimeException.class)
			.until(() -> {
				Echo.call(this.channel, Echo.LOOK, "x");
				return this.first.calls() > 1 && this.second.calls() > 1;
			});
	}

	private String look() {
		return Echo.call(this.channel, Echo.LOOK, "x");
	}

	private int failures(MethodDescriptor<String, String> method, int calls) {
		int failures = 0;
		for (int i = 0; i < calls; i++) {
			try {
				Echo.call(this.channel, method, "x");
			}
			catch (StatusRuntimeException ex) {
				failures++;
			}
		}
		return failures;
	}

	@Test
	void triesAnotherInstanceWhereThatDoesNoHarm() {
		start();
		this.first.fails(Status.UNAVAILABLE);
		assertThat(failures(Echo.LOOK, 20)).isZero();
	}

	@Test
	void doesNotSendTwiceWhatMustNotBeCarriedOutTwice() {
		start("governance.call.breaker.enabled=false", "governance.loadbalancer.outlier.enabled=false");
		this.first.fails(Status.UNAVAILABLE);
		int before = this.first.calls() + this.second.calls();
		assertThat(failures(Echo.SAY, 20)).isEqualTo(10);
		assertThat(this.first.calls() + this.second.calls() - before).isEqualTo(20);
	}

	@Test
	void triesMethodsAgainThatTheApplicationNames() {
		start("governance.call.services.users.methods=test.Echo/Say");
		this.first.fails(Status.UNAVAILABLE);
		assertThat(failures(Echo.SAY, 20)).isZero();
	}

	@Test
	void survivesAnInstanceThatDiesWithCallsInFlight() {
		start();
		this.first.hangs();
		List<ListenableFuture<String>> calls = new ArrayList<>();
		int before = this.first.calls();
		while (this.first.calls() < before + 3) {
			calls.add(ClientCalls.futureUnaryCall(this.channel.newCall(Echo.LOOK, CallOptions.DEFAULT), "x"));
			await().pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(1))
				.until(() -> this.first.calls() + this.second.calls() >= calls.size());
		}
		this.first.dies();
		assertThat(calls)
			.allSatisfy((call) -> assertThat(call).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("second"));
	}

	@Test
	void leavesAnInstanceThatHangsAfterTheLimitOfATry() {
		start("governance.call.try-timeout=1s");
		this.first.hangs();
		long start = System.nanoTime();
		assertThat(look()).isEqualTo("second");
		assertThat(look()).isEqualTo("second");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(8));
	}

	@Test
	void givesUpAStreamThatDoesNotBegin() {
		start("governance.call.try-timeout=1s", "governance.call.retry.enabled=false");
		this.first.mute();
		this.second.mute();
		Iterator<String> stream = ClientCalls.blockingServerStreamingCall(this.channel, Echo.COUNT, CallOptions.DEFAULT,
				"x");
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(stream::next)
			.withMessage("DEADLINE_EXCEEDED: The answer did not begin within the limit of a try");
	}

	@Test
	void keepsToTheBudgetOfRetries() {
		start("governance.call.retry.budget=0", "governance.call.retry.min-per-second=0",
				"governance.call.breaker.enabled=false", "governance.loadbalancer.outlier.enabled=false");
		this.first.fails(Status.UNAVAILABLE);
		assertThat(failures(Echo.LOOK, 20)).isEqualTo(10);
	}

	@Test
	void saysThatABreakerIsOpen() {
		start("governance.call.breaker.minimum-calls=3");
		this.first.fails(Status.INTERNAL);
		this.second.fails(Status.INTERNAL);
		failures(Echo.SAY, 60);
		int before = this.first.calls() + this.second.calls();
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> Echo.call(this.channel, Echo.SAY, "x"))
			.withMessage("UNAVAILABLE: Calls to service 'users' are refused for now: too many of the last ones failed,"
					+ " and its circuit breaker is OPEN");
		assertThat(this.first.calls() + this.second.calls()).isEqualTo(before);
	}

	@Test
	void ejectsAnInstanceThatKeepsFailing() {
		start("governance.call.breaker.enabled=false", "governance.call.retry.enabled=false");
		this.first.fails(Status.INTERNAL);
		assertThat(failures(Echo.LOOK, 100)).isEqualTo(5);
		assertThat(this.application.getBean(ServiceBalancers.class).balancer("users").endpoints())
			.filteredOn((endpoint) -> endpoint.instance().id().equals("first"))
			.singleElement()
			.satisfies((endpoint) -> assertThat(endpoint.health().state().name()).isEqualTo("EJECTED"));
	}

	@Test
	void countsEachCallOnce() {
		start();
		assertThat(failures(Echo.LOOK, 20)).isZero();
		await().untilAsserted(() -> {
			for (Endpoint endpoint : this.application.getBean(ServiceBalancers.class).balancer("users").endpoints()) {
				assertThat(endpoint.stats().inFlight()).isZero();
			}
		});
		this.first.hangs();
		this.second.hangs();
		ClientCall<String, String> call = this.channel.newCall(Echo.SAY, CallOptions.DEFAULT);
		var answer = ClientCalls.futureUnaryCall(call, "x");
		await().until(() -> inFlight() == 1);
		answer.cancel(true);
		await().until(() -> inFlight() == 0);
	}

	private long inFlight() {
		return this.application.getBean(ServiceBalancers.class)
			.balancer("users")
			.endpoints()
			.stream()
			.mapToLong((endpoint) -> endpoint.stats().inFlight())
			.sum();
	}

	@Test
	void passesOnWhatIsLeftOfTheDeadline() {
		start();
		Context.CancellableContext context = Context.current().withDeadlineAfter(5, TimeUnit.SECONDS, this.timer);
		try {
			context.run(() -> ClientCalls.blockingUnaryCall(this.channel, Echo.SAY, CallOptions.DEFAULT, "x"));
			for (EchoServer server : List.of(this.first, this.second)) {
				assertThat(server.shortestDeadline().toMillis()).isBetween(1L, 30_000L);
			}
			assertThat(Math.min(this.first.shortestDeadline().toMillis(), this.second.shortestDeadline().toMillis()))
				.isBetween(1L, 5000L);
		}
		finally {
			context.cancel(null);
		}
	}

	@Test
	void keepsTheDeadlineOfTheCode() {
		start();
		this.first.hangs();
		this.second.hangs();
		GovernanceCalls calls = this.application.getBean(GovernanceCalls.class);
		long start = System.nanoTime();
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> calls.within(Duration.ofMillis(300))
				.call(() -> ClientCalls.blockingUnaryCall(this.channel, Echo.SAY, CallOptions.DEFAULT, "x")))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
	}

	@Test
	void keepsTheDeadlineOfTheChannel() {
		start("spring.grpc.client.channel.default.default.deadline=2s");
		this.first.hangs();
		this.second.hangs();
		long start = System.nanoTime();
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> ClientCalls.blockingUnaryCall(this.channel, Echo.LOOK, CallOptions.DEFAULT, "x"))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
	}

	@Test
	void deadlineOfTheCodeIsOverForAStreamOnceItHasBegun() {
		start();
		GovernanceCalls calls = this.application.getBean(GovernanceCalls.class);
		Iterator<String> stream = calls.within(Duration.ofSeconds(3)).call(this::countFromFirst);
		Deadline deadline = Deadline.after(3, TimeUnit.SECONDS);
		await().until(deadline::isExpired);
		this.first.sendsMore();
		assertThat(stream.next()).isEqualTo("first");
		this.first.mute();
		this.second.mute();
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> calls.within(Duration.ofSeconds(1)).call(() -> count().next()))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
	}

	/** A stream that the first server has begun. */
	private Iterator<String> countFromFirst() {
		Iterator<String> stream = count();
		return stream.next().equals("first") ? stream : countFromFirst();
	}

	private Iterator<String> count() {
		return ClientCalls.blockingServerStreamingCall(this.channel, Echo.COUNT, CallOptions.DEFAULT, "x");
	}

	@Test
	void letsConversationsPass() {
		start();
		List<String> answers = new CopyOnWriteArrayList<>();
		StreamObserver<String> talk = ClientCalls
			.asyncBidiStreamingCall(this.channel.newCall(Echo.TALK, CallOptions.DEFAULT), new StreamObserver<>() {

				@Override
				public void onNext(String value) {
					answers.add(value);
				}

				@Override
				public void onError(Throwable ex) {
					answers.add(ex.toString());
				}

				@Override
				public void onCompleted() {
					answers.add("end");
				}

			});
		talk.onNext("one");
		talk.onNext("two");
		talk.onCompleted();
		await().until(() -> answers.contains("end"));
		assertThat(answers.get(1)).endsWith(" two");
	}

	@Test
	void tellsTheObservationWhereTheCallWent() {
		start();
		this.first.fails(Status.UNAVAILABLE);
		Seen seen = this.application.getBean(Seen.class);
		await().pollDelay(Duration.ZERO).until(() -> {
			look();
			return seen.values("governance.tries").contains("2");
		});
		assertThat(seen.values("governance.instance")).contains("second");
		assertThat(seen.values("governance.lane")).containsOnly("stable");
		assertThat(seen.events).anyMatch((event) -> event.startsWith("try 2 at second"));
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Caller {

		@Bean
		Seen seen() {
			return new Seen();
		}

	}

	static class Seen implements ObservationHandler<Observation.Context> {

		private final List<KeyValue> keyValues = new CopyOnWriteArrayList<>();

		private final List<String> events = new CopyOnWriteArrayList<>();

		@Override
		public void onStop(Observation.Context context) {
			context.getHighCardinalityKeyValues().forEach(this.keyValues::add);
		}

		@Override
		public void onEvent(Observation.Event event, Observation.Context context) {
			this.events.add(String.valueOf(event.getContextualName()));
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

		List<String> values(String key) {
			return this.keyValues.stream()
				.filter((value) -> value.getKey().equals(key))
				.map(KeyValue::getValue)
				.distinct()
				.toList();
		}

	}

}
