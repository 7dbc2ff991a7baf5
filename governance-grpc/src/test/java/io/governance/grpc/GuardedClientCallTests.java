package io.governance.grpc;

import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.Consumer;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ClientStreamTracer;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.governance.GovernanceException;
import io.governance.call.CallFailure;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.InstanceStats;
import io.governance.loadbalancer.Outcome;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.ServiceDirectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * However a call fails, whoever made it is told so, once.
 */
@Timeout(60)
class GuardedClientCallTests {

	private final List<AutoCloseable> open = new ArrayList<>();

	private final ListedInstances registry = new ListedInstances();

	private final EchoServer first = opened(new EchoServer("first"));

	private final EchoServer second = opened(new EchoServer("second"));

	private final AtomicInteger ended = new AtomicInteger();

	/** A try has failed. */
	private final CompletableFuture<Void> failed = new CompletableFuture<>();

	private Duration tryLimit;

	private int tries = 2;

	@AfterEach
	void close() throws Exception {
		for (int i = this.open.size() - 1; i >= 0; i--) {
			this.open.get(i).close();
		}
	}

	private <T extends AutoCloseable> T opened(T resource) {
		this.open.add(resource);
		return resource;
	}

	private BalancedServices services() {
		ServiceDirectory directory = opened(new ServiceDirectory(this.registry));
		return opened(new BalancedServices(directory,
				(service) -> ServiceBalancer.builder(service, new RoundRobinLoadBalancer()), Duration.ofSeconds(10)));
	}

	private ManagedChannel channel(ClientInterceptor... within) {
		return channel(services(), within);
	}

	private ManagedChannel channel(BalancedServices services, ClientInterceptor... within) {
		List<ClientInterceptor> interceptors = new ArrayList<>();
		interceptors.add(opened(new CallClientInterceptor(services, (service, method) -> new TwoTries(this))));
		interceptors.addAll(List.of(within));
		ManagedChannel channel = new GovernanceChannels(services, interceptors)
			.newChannelBuilder("governance:///users", InsecureChannelCredentials.create())
			.build();
		opened(() -> channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS));
		return channel;
	}

	@Test
	@DisplayName("Lanes come before the tries: the other way round a try that fails would be the last one")
	void lanesComeBeforeTheTries() {
		this.first.fails(Status.UNAVAILABLE);
		this.registry.list(this.first.instance("users"), this.second.instance("users"));
		LaneClientInterceptor lanes = new LaneClientInterceptor(LaneMetadata.HEADER);
		assertThatIllegalArgumentException().isThrownBy(() -> channel(lanes))
			.withMessageContaining("LaneClientInterceptor");
		BalancedServices services = services();
		CallClientInterceptor calls = opened(
				new CallClientInterceptor(services, (service, method) -> new TwoTries(this)));
		ManagedChannel channel = new GovernanceChannels(services, List.of(lanes, calls))
			.newChannelBuilder("governance:///users", InsecureChannelCredentials.create())
			.build();
		opened(() -> channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS));
		for (int i = 0; i < 4; i++) {
			assertThat(Echo.call(channel, Echo.LOOK, "hello")).isEqualTo("second");
		}
	}

	@Test
	void endsTheCallIfWhoeverReadsTheAnswerFails() {
		this.registry.list(this.first.instance("users"));
		Answers answers = new Answers(true);
		ClientCalls.asyncUnaryCall(channel().newCall(Echo.LOOK, CallOptions.DEFAULT), "hello", answers);
		assertThat(answers.over).succeedsWithin(Duration.ofSeconds(10)).satisfies((thrown) -> {
			assertThat(Status.fromThrowable(thrown).getCode()).isEqualTo(Status.Code.CANCELLED);
			assertThat(thrown).hasRootCauseMessage("Not what I expected");
		});
		assertThat(this.ended).hasValue(1);
	}

	@Test
	void endsTheCallIfItCannotBeTriedAgain() {
		this.first.fails(Status.UNAVAILABLE);
		this.second.fails(Status.UNAVAILABLE);
		this.registry.list(this.first.instance("users"), this.second.instance("users"));
		Answers answers = new Answers(false);
		ClientCalls.asyncUnaryCall(channel(new OnceOnly()).newCall(Echo.LOOK, CallOptions.DEFAULT), "hello", answers);
		assertThat(answers.over).succeedsWithin(Duration.ofSeconds(10)).satisfies((thrown) -> {
			assertThat(Status.fromThrowable(thrown).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
			assertThat(thrown).hasMessageContaining("No second time");
		});
		assertThat(this.first.calls() + this.second.calls()).isOne();
		assertThat(this.ended).hasValue(1);
	}

	@Test
	void endsTheCallIfItCannotBeTriedAgainLater() {
		this.first.fails(Status.UNAVAILABLE);
		this.registry.list(this.first.instance("users"));
		Answers answers = new Answers(false);
		ClientCalls.asyncUnaryCall(channel(new OnceOnly()).newCall(Echo.LOOK, CallOptions.DEFAULT), "hello", answers);
		assertThat(answers.over).succeedsWithin(Duration.ofSeconds(10))
			.satisfies((thrown) -> assertThat(thrown).hasMessageContaining("No second time"));
		assertThat(this.first.calls()).isOne();
		assertThat(this.ended).hasValue(1);
	}

	@Test
	void endsTheCallIfAnErrorComesInTheWayOfTheNextTry() {
		this.first.fails(Status.UNAVAILABLE);
		this.registry.list(this.first.instance("users"));
		Answers answers = new Answers(false);
		OnceOnly once = new OnceOnly(() -> new NoClassDefFoundError("gone"));
		ClientCalls.asyncUnaryCall(channel(once).newCall(Echo.LOOK, CallOptions.DEFAULT), "hello", answers);
		assertThat(answers.over).succeedsWithin(Duration.ofSeconds(10))
			.satisfies((thrown) -> assertThat(thrown).hasRootCauseInstanceOf(NoClassDefFoundError.class));
		assertThat(this.ended).hasValue(1);
	}

	@Test
	void callThatAnErrorKeepsFromBeginningIsOver() {
		this.registry.list(this.first.instance("users"));
		OnceOnly never = new OnceOnly(() -> new NoClassDefFoundError("gone"));
		never.tries.countDown();
		ClientCall<String, String> call = channel(never).newCall(Echo.LOOK, CallOptions.DEFAULT);
		assertThatExceptionOfType(NoClassDefFoundError.class)
			.isThrownBy(() -> ClientCalls.asyncUnaryCall(call, "hello", new Answers(false)));
		assertThat(this.ended).hasValue(1);
	}

	/** Whoever waits without a thread of grpc-java's wakes for its own executor alone. */
	@Test
	void endsTheBlockingCallIfItCannotBeTriedAgainLater() {
		this.first.fails(Status.UNAVAILABLE);
		this.registry.list(this.first.instance("users"));
		ManagedChannel channel = channel(new OnceOnly());
		CompletableFuture<Status> end = CompletableFuture.supplyAsync(() -> {
			try {
				return Status.OK.withDescription(Echo.call(channel, Echo.LOOK, "hello"));
			}
			catch (StatusRuntimeException ex) {
				return ex.getStatus();
			}
		}, (task) -> new Thread(task, "blocking").start());
		assertThat(end).succeedsWithin(Duration.ofSeconds(20)).satisfies((status) -> {
			assertThat(status.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
			assertThat(status.getDescription()).isEqualTo("No second time");
		});
		assertThat(this.first.calls()).isOne();
		assertThat(this.ended).hasValue(1);
	}

	@Test
	void tellsARefusedCallOnItsExecutor() {
		List<Runnable> tasks = new ArrayList<>();
		ClientCall<String, String> call = new GuardedClientCall<>(Echo.LOOK,
				CallOptions.DEFAULT.withExecutor(tasks::add), new Forgetful(), () -> {
					throw new GovernanceException("Refused for now");
				}, services().picks("users"), opened(new HeldBack()));
		CompletableFuture<Status> end = new CompletableFuture<>();
		call.start(new End<>(end), new Metadata());
		assertThat(end).isNotDone();
		assertThat(tasks).singleElement().satisfies(Runnable::run);
		assertThat(end).isCompletedWithValueMatching((status) -> status.getCode() == Status.Code.UNAVAILABLE)
			.isCompletedWithValueMatching((status) -> "Refused for now".equals(status.getDescription()));
	}

	@Test
	void endsTheCallThoughItsExecutorTakesNothingMore() {
		Forgetful channel = new Forgetful();
		ClientCall<String, String> call = new GuardedClientCall<>(Echo.LOOK,
				CallOptions.DEFAULT.withOption(CallKeys.SERVICE, "users").withExecutor((task) -> {
					throw new RejectedExecutionException("ended");
				}), channel, () -> new TwoTries(this), services().picks("users"), opened(new HeldBack()));
		CompletableFuture<Status> end = new CompletableFuture<>();
		call.start(new End<>(end), new Metadata());
		call.sendMessage("hello");
		call.halfClose();
		channel.makeStream(
				new EndpointTracer.Starter(new Endpoint(this.first.instance("users").build()), System::nanoTime));
		channel.endTry(Status.UNAVAILABLE);
		call.cancel("Enough", null);
		assertThat(end).isCompletedWithValueMatching((status) -> status.getCode() == Status.Code.CANCELLED);
		assertThat(this.ended).hasValue(1);
	}

	@Test
	void endsTheCallThatIsCancelledBetweenTries() {
		EchoServer refused = opened(new EchoServer("refused", new Refusing()));
		this.registry.list(refused.instance("users"));
		ClientCall<String, String> call = channel().newCall(Echo.LOOK, CallOptions.DEFAULT);
		CompletableFuture<Status> end = new CompletableFuture<>();
		call.start(new End<>(end), new Metadata());
		// It has not said all yet, so that nothing can be sent again.
		call.sendMessage("hello");
		assertThat(this.failed).succeedsWithin(Duration.ofSeconds(10));
		call.cancel("Enough", null);
		assertThat(end).succeedsWithin(Duration.ofSeconds(10))
			.satisfies((status) -> assertThat(status.getCode()).isEqualTo(Status.Code.CANCELLED));
		assertThat(this.ended).hasValue(1);
	}

	@Test
	void endsTheCallWhoseDeadlinePassesBetweenTries() {
		EchoServer refused = opened(new EchoServer("refused", new Refusing()));
		this.registry.list(refused.instance("users"));
		ManagedChannel channel = channel();
		ClientCall<String, String> call = channel.newCall(Echo.LOOK,
				CallOptions.DEFAULT.withDeadlineAfter(5, TimeUnit.SECONDS));
		CompletableFuture<Status> end = new CompletableFuture<>();
		call.start(new End<>(end), new Metadata());
		call.sendMessage("hello");
		assertThat(this.failed).succeedsWithin(Duration.ofSeconds(10));
		assertThat(end).succeedsWithin(Duration.ofSeconds(10))
			.satisfies((status) -> assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
		assertThat(this.ended).hasValue(1);
	}

	/** A pause may be over just as the call is cancelled. */
	@Test
	void endsOnceIfItIsCancelledAsTheNextTryBegins() {
		Endpoint endpoint = new Endpoint(this.first.instance("users").build());
		Forgetful channel = new Forgetful();
		HeldBack timer = opened(new HeldBack());
		ClientCall<String, String> call = new GuardedClientCall<>(Echo.LOOK,
				CallOptions.DEFAULT.withOption(CallKeys.SERVICE, "users"), channel, () -> new TwoTries(this),
				services().picks("users"), timer);
		List<Status> ends = new ArrayList<>();
		call.start(new ClientCall.Listener<>() {

			@Override
			public void onClose(Status status, Metadata trailers) {
				ends.add(status);
			}

		}, new Metadata());
		call.sendMessage("hello");
		call.halfClose();
		channel.makeStream(new EndpointTracer.Starter(endpoint, System::nanoTime));
		channel.endTry(Status.UNAVAILABLE);
		assertThat(ends).isEmpty();
		call.cancel("Enough", null);
		timer.run();
		assertThat(ends).extracting(Status::getCode).containsExactly(Status.Code.CANCELLED);
		assertThat(this.ended).hasValue(1);
	}

	/** A server may refuse a try while the next steps of it are still being taken. */
	@Test
	void cancelsTheTryUnderWayThoughTheOneBeforeEndedAsItBegan() {
		this.tries = 3;
		this.registry.list(this.first.instance("users"), this.second.instance("users"));
		BalancedServices services = services();
		await().until(() -> services.picks("users").balancer().endpoints().size() == 2);
		RefusingAtOnce channel = new RefusingAtOnce(new Endpoint(this.first.instance("users").build()), 2);
		ClientCall<String, String> call = new GuardedClientCall<>(Echo.COUNT,
				CallOptions.DEFAULT.withOption(CallKeys.SERVICE, "users"), channel, () -> new TwoTries(this),
				services.picks("users"), opened(new HeldBack()));
		CompletableFuture<Status> end = new CompletableFuture<>();
		call.start(new End<>(end), new Metadata());
		call.request(1);
		call.sendMessage("hello");
		call.halfClose();
		assertThat(channel.requested).containsExactly(0, 0, 1);
		call.request(1);
		assertThat(channel.requested).containsExactly(0, 0, 2);
		call.cancel("Enough", null);
		assertThat(end).isCompletedWithValueMatching((status) -> status.getCode() == Status.Code.CANCELLED);
		assertThat(this.ended).hasValue(1);
	}

	@Test
	void asksFurtherTriesForAsManyMessagesAsCanBeAskedFor() {
		this.registry.list(this.first.instance("users"), this.second.instance("users"));
		BalancedServices services = services();
		await().until(() -> services.picks("users").balancer().endpoints().size() == 2);
		RefusingAtOnce channel = new RefusingAtOnce(new Endpoint(this.first.instance("users").build()), 1);
		ClientCall<String, String> call = new GuardedClientCall<>(Echo.COUNT,
				CallOptions.DEFAULT.withOption(CallKeys.SERVICE, "users"), channel, () -> new TwoTries(this),
				services.picks("users"), opened(new HeldBack()));
		call.start(new End<>(new CompletableFuture<>()), new Metadata());
		call.request(Integer.MAX_VALUE);
		call.request(1);
		call.sendMessage("hello");
		call.halfClose();
		assertThat(channel.requested).containsExactly(0, Integer.MAX_VALUE);
	}

	@Test
	void blamesTheInstanceWhoseStreamDoesNotBegin() {
		this.tries = 1;
		this.first.mute();
		this.registry.list(this.first.instance("users"));
		BalancedServices services = services();
		ManagedChannel channel = channel(services);
		// Connects, which is not what the limit is for.
		assertThat(Echo.call(channel, Echo.LOOK, "hello")).isEqualTo("first");
		this.tryLimit = Duration.ofSeconds(1);
		CompletableFuture<Status> end = new CompletableFuture<>();
		ClientCall<String, String> call = channel.newCall(Echo.COUNT, CallOptions.DEFAULT);
		call.start(new End<>(end), new Metadata());
		call.request(1);
		call.sendMessage("hello");
		call.halfClose();
		assertThat(end).succeedsWithin(Duration.ofSeconds(10))
			.satisfies((status) -> assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
		InstanceStats stats = services.picks("users").balancer().endpoints().get(0).stats();
		assertThat(stats.failed()).isOne();
		assertThat(stats.inFlight()).isZero();
	}

	@Test
	void isOverForTheServiceAsSoonAsAStreamBegins() {
		this.registry.list(this.first.instance("users"));
		Iterator<String> stream = ClientCalls.blockingServerStreamingCall(channel(), Echo.COUNT, CallOptions.DEFAULT,
				"hello");
		assertThat(stream.next()).isEqualTo("first");
		assertThat(this.ended).hasValue(1);
		this.first.endsStreams();
		assertThat(stream.hasNext()).isFalse();
	}

	/** So grpc-java does when a call is cancelled while its connection becomes ready. */
	@Test
	void countsNoStreamThatIsForgottenWhileItIsMade() {
		Endpoint endpoint = new Endpoint(this.first.instance("users").build());
		EndpointTracer.Starter starter = new EndpointTracer.Starter(endpoint, System::nanoTime);
		Forgetful channel = new Forgetful();
		BalancedServices services = services();
		CallClientInterceptor interceptor = opened(
				new CallClientInterceptor(services, (service, method) -> new TwoTries(this)));
		ClientCall<String, String> call = interceptor.interceptCall(Echo.SAY,
				CallOptions.DEFAULT.withOption(CallKeys.SERVICE, "users"), channel);
		CompletableFuture<Status> end = new CompletableFuture<>();
		call.start(new End<>(end), new Metadata());
		channel.makeStream(starter);
		assertThat(endpoint.stats().inFlight()).isOne();
		call.cancel("Enough", null);
		assertThat(end).isCompleted();
		assertThat(endpoint.stats().inFlight()).as("made before the end").isZero();
		channel.makeStream(starter);
		assertThat(endpoint.stats().inFlight()).as("made after the end").isZero();
		assertThat(endpoint.stats().cancelled()).isEqualTo(2);
	}

	@Test
	void countsNoForgottenStreamOfACallThatNobodyGuardsEither() {
		Endpoint endpoint = new Endpoint(this.first.instance("users").build());
		EndpointTracer.Starter starter = new EndpointTracer.Starter(endpoint, System::nanoTime);
		Forgetful channel = new Forgetful();
		ClientCall<String, String> call = OneTry.newCall(Echo.SAY,
				CallOptions.DEFAULT.withOption(CallKeys.SERVICE, "users"),
				ClientInterceptors.intercept(channel, new LaneClientInterceptor(LaneMetadata.HEADER)));
		CompletableFuture<Status> end = new CompletableFuture<>();
		call.start(new End<>(end), new Metadata());
		channel.makeStream(starter);
		assertThat(endpoint.stats().inFlight()).isOne();
		call.cancel("Enough", null);
		assertThat(end).isCompleted();
		assertThat(endpoint.stats().inFlight()).as("made before the end").isZero();
		channel.makeStream(starter);
		assertThat(endpoint.stats().inFlight()).as("made after the end").isZero();
	}

	@Test
	void triesAgainIfAWriteIsTheFirstToMeetAClosedConnection() {
		this.first.fails(Status.UNAVAILABLE);
		this.registry.list(this.first.instance("users"), this.second.instance("users"));
		ManagedChannel channel = channel(new MetByAWrite());
		await().pollDelay(Duration.ZERO).until(() -> {
			assertThat(Echo.call(channel, Echo.LOOK, "hello")).isEqualTo("second");
			return this.first.calls() > 0;
		});
	}

	@Test
	void instanceWhoseConnectionIsClosedIsUnavailable() {
		this.tries = 1;
		this.first.fails(Status.UNAVAILABLE);
		this.registry.list(this.first.instance("users"));
		Answers answers = new Answers(false);
		ClientCalls.asyncUnaryCall(channel(new MetByAWrite()).newCall(Echo.LOOK, CallOptions.DEFAULT), "hello",
				answers);
		assertThat(answers.over).succeedsWithin(Duration.ofSeconds(10)).satisfies((thrown) -> {
			assertThat(Status.fromThrowable(thrown).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(thrown).hasMessageContaining("channel closed").hasCauseInstanceOf(ClosedChannelException.class);
		});
	}

	@Test
	void neverTriesAgainWhatAServerAnswersWithUnknown() {
		this.first.fails(Status.UNKNOWN.withDescription("channel closed"));
		this.registry.list(this.first.instance("users"));
		Answers answers = new Answers(false);
		ClientCalls.asyncUnaryCall(channel().newCall(Echo.LOOK, CallOptions.DEFAULT), "hello", answers);
		assertThat(answers.over).succeedsWithin(Duration.ofSeconds(10))
			.satisfies((thrown) -> assertThat(Status.fromThrowable(thrown).getCode()).isEqualTo(Status.Code.UNKNOWN));
		assertThat(this.first.calls()).isOne();
	}

	/**
	 * Tells of a failed call what grpc-java tells if the connection was closed and its
	 * next write is there before the news.
	 */
	private static final class MetByAWrite implements ClientInterceptor {

		@Override
		public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
			return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

				@Override
				public void start(Listener<A> listener, Metadata headers) {
					super.start(new SimpleForwardingClientCallListener<>(listener) {

						@Override
						public void onClose(Status status, Metadata trailers) {
							super.onClose(status.isOk() ? status : Status.UNKNOWN.withDescription("channel closed")
								.withCause(new ClosedChannelException()), trailers);
						}

					}, headers);
				}

			};
		}

	}

	/** Lets one try pass. */
	private static final class OnceOnly implements ClientInterceptor {

		private final CountDownLatch tries = new CountDownLatch(1);

		private final Supplier<Throwable> failure;

		OnceOnly() {
			this(() -> new StatusRuntimeException(Status.PERMISSION_DENIED.withDescription("No second time")));
		}

		OnceOnly(Supplier<Throwable> failure) {
			this.failure = failure;
		}

		@Override
		public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
			if (this.tries.getCount() == 0) {
				Throwable failure = this.failure.get();
				if (failure instanceof Error error) {
					throw error;
				}
				throw (RuntimeException) failure;
			}
			this.tries.countDown();
			return next.newCall(method, options);
		}

	}

	/** Closes each call as soon as it has begun. */
	private static final class Refusing implements ServerInterceptor {

		@Override
		public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
				ServerCallHandler<Q, A> next) {
			call.close(Status.UNAVAILABLE, new Metadata());
			return new ServerCall.Listener<>() {
			};
		}

	}

	/** Never closes a stream, as if each had been cancelled before it was there. */
	private static final class Forgetful extends Channel {

		private CallOptions options = CallOptions.DEFAULT;

		private Consumer<Status> end = (status) -> {
		};

		@Override
		public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
			this.options = options;
			return new ClientCall<>() {

				private Listener<A> listener;

				@Override
				public void start(Listener<A> listener, Metadata headers) {
					this.listener = listener;
					Forgetful.this.end = (status) -> listener.onClose(status, new Metadata());
				}

				@Override
				public void cancel(String message, Throwable cause) {
					this.listener.onClose(Status.CANCELLED, new Metadata());
				}

				@Override
				public void request(int count) {
				}

				@Override
				public void halfClose() {
				}

				@Override
				public void sendMessage(Q message) {
				}

			};
		}

		void endTry(Status status) {
			this.end.accept(status);
		}

		void makeStream(EndpointTracer.Starter starter) {
			starter.newClientStreamTracer(
					ClientStreamTracer.StreamInfo.newBuilder().setCallOptions(this.options).build(), new Metadata());
		}

		@Override
		public String authority() {
			return "users";
		}

	}

	/** Ends the first calls before their start has returned. */
	private static final class RefusingAtOnce extends Channel {

		private final EndpointTracer.Starter starter;

		private final int refused;

		/** By each call. */
		private final List<Integer> requested = new ArrayList<>();

		RefusingAtOnce(Endpoint endpoint, int refused) {
			this.starter = new EndpointTracer.Starter(endpoint, System::nanoTime);
			this.refused = refused;
		}

		@Override
		public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
			int number = this.requested.size();
			this.requested.add(0);
			return new ClientCall<>() {

				private Listener<A> listener;

				@Override
				public void start(Listener<A> listener, Metadata headers) {
					this.listener = listener;
					RefusingAtOnce.this.starter.newClientStreamTracer(
							ClientStreamTracer.StreamInfo.newBuilder().setCallOptions(options).build(), headers);
					if (number < RefusingAtOnce.this.refused) {
						listener.onClose(Status.UNAVAILABLE, new Metadata());
					}
				}

				@Override
				public void request(int count) {
					if (number >= RefusingAtOnce.this.refused) {
						RefusingAtOnce.this.requested.set(number, RefusingAtOnce.this.requested.get(number) + count);
					}
				}

				@Override
				public void cancel(String message, Throwable cause) {
					if (number >= RefusingAtOnce.this.refused) {
						this.listener.onClose(Status.CANCELLED, new Metadata());
					}
				}

				@Override
				public void halfClose() {
				}

				@Override
				public void sendMessage(Q message) {
				}

			};
		}

		@Override
		public String authority() {
			return "users";
		}

	}

	/** Begins what is due only when it is told to, which is too late to cancel it. */
	private static final class HeldBack extends ScheduledThreadPoolExecutor implements AutoCloseable {

		private Runnable due = () -> {
		};

		HeldBack() {
			super(1);
		}

		@Override
		public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
			this.due = task;
			return super.schedule(() -> {
			}, 1, TimeUnit.HOURS);
		}

		void run() {
			this.due.run();
		}

		@Override
		public void close() {
			shutdownNow();
		}

	}

	/** Waits for the end of a call. */
	private static final class End<A> extends ClientCall.Listener<A> {

		private final CompletableFuture<Status> end;

		End(CompletableFuture<Status> end) {
			this.end = end;
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			if (!this.end.complete(status)) {
				this.end.obtrudeException(new AssertionError("Ended twice"));
			}
		}

	}

	private record TwoTries(GuardedClientCallTests test) implements CallGuard.Guarded {

		@Override
		public void tries(Endpoint endpoint) {
		}

		@Override
		public long tryNanos() {
			return (this.test.tryLimit != null) ? this.test.tryLimit.toNanos() : Long.MAX_VALUE;
		}

		@Override
		public boolean again(CallFailure failure) {
			this.test.failed.complete(null);
			return this.test.tries > 1;
		}

		@Override
		public long pauseNanos() {
			return 0;
		}

		@Override
		public void over(Outcome outcome) {
			this.test.ended.incrementAndGet();
		}

	}

	/** Waits for the end of a call. */
	private static final class Answers implements StreamObserver<String> {

		private final CompletableFuture<Throwable> over = new CompletableFuture<>();

		private final boolean failing;

		Answers(boolean failing) {
			this.failing = failing;
		}

		@Override
		public void onNext(String answer) {
			if (this.failing) {
				throw new IllegalStateException("Not what I expected");
			}
		}

		@Override
		public void onError(Throwable thrown) {
			this.over.complete(thrown);
		}

		@Override
		public void onCompleted() {
			this.over.completeExceptionally(new AssertionError("completed"));
		}

	}

}
