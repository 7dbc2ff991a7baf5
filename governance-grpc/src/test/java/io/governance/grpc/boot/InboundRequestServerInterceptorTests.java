package io.governance.grpc.boot;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.governance.boot.gray.RequestOutcome;
import io.governance.gray.GrayDecision;
import io.governance.gray.LaneContext;
import io.governance.grpc.Echo;
import io.governance.grpc.LaneServerInterceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The end of each call is told once, with what was decided about it.
 */
@Timeout(60)
class InboundRequestServerInterceptorTests {

	private static final GrayDecision GRAY = GrayDecision.STABLE.withLanes(LaneContext.parse("gray"));

	private final List<Ended> ended = new CopyOnWriteArrayList<>();

	private final AtomicLong clock = new AtomicLong();

	private final CountDownLatch arrived = new CountDownLatch(1);

	private volatile BiConsumer<String, StreamObserver<String>> handler = (text, observer) -> {
		observer.onNext(text);
		observer.onCompleted();
	};

	private final Outermost first = new Outermost();

	private Server server;

	private ManagedChannel channel;

	@BeforeEach
	void start() throws IOException {
		this.server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
			.addService(ServerInterceptors.interceptForward(
					ServerServiceDefinition.builder(Echo.SERVICE)
						.addMethod(Echo.SAY, ServerCalls.asyncUnaryCall(this::handle))
						.addMethod(Echo.COUNT, ServerCalls.asyncServerStreamingCall(this::handle))
						.build(),
					this.first, new LaneServerInterceptor((call, headers) -> GRAY),
					new InboundRequestServerInterceptor.Decided()))
			.addService(new HealthStatusManager().getHealthService())
			.intercept(new InboundRequestServerInterceptor(
					(decision, outcome, nanos) -> this.ended.add(new Ended(decision, outcome, nanos)), this.clock::get))
			.build()
			.start();
		this.channel = Grpc
			.newChannelBuilderForAddress("127.0.0.1", this.server.getPort(), InsecureChannelCredentials.create())
			.build();
	}

	private void handle(String text, StreamObserver<String> observer) {
		this.arrived.countDown();
		this.handler.accept(text, observer);
	}

	@AfterEach
	void close() throws InterruptedException {
		this.channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
		this.server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
	}

	private Ended end() {
		await().untilAsserted(() -> assertThat(this.ended).isNotEmpty());
		assertThat(this.ended).hasSize(1);
		return this.ended.get(0);
	}

	private Ended endWith(Status status) {
		this.handler = (text, observer) -> observer.onError(status.asRuntimeException());
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> Echo.call(this.channel, Echo.SAY, "x"));
		return end();
	}

	@Test
	void successIsToldWithItsLane() {
		assertThat(Echo.call(this.channel, Echo.SAY, "x")).isEqualTo("x");
		assertThat(end().outcome()).isEqualTo(RequestOutcome.SUCCESS);
		assertThat(end().decision()).isSameAs(GRAY);
	}

	@Test
	void whatTheCallerIsToBlameForIsNoFailure() {
		assertThat(endWith(Status.INVALID_ARGUMENT).outcome()).isEqualTo(RequestOutcome.CLIENT_ERROR);
	}

	@Test
	void whatTheServerCannotDoIsAFailure() {
		assertThat(endWith(Status.UNAVAILABLE).outcome()).isEqualTo(RequestOutcome.FAILURE);
	}

	@Test
	void handlerThatThrowsIsAFailure() {
		this.handler = (text, observer) -> {
			throw new IllegalStateException("as asked");
		};
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> Echo.call(this.channel, Echo.SAY, "x"));
		assertThat(end().outcome()).isEqualTo(RequestOutcome.FAILURE);
		assertThat(end().decision()).isSameAs(GRAY);
	}

	@Test
	void whatIsMadeOfAnExceptionCounts() {
		this.first.makesOfExceptions = Status.NOT_FOUND;
		this.handler = (text, observer) -> {
			throw new IllegalStateException("as asked");
		};
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> Echo.call(this.channel, Echo.SAY, "x"));
		assertThat(end().outcome()).isEqualTo(RequestOutcome.CLIENT_ERROR);
	}

	@Test
	void callerThatLeavesIsNoFailure() throws InterruptedException {
		begin(Echo.SAY).cancel("Enough", null);
		assertThat(end().outcome()).isEqualTo(RequestOutcome.CANCELLED);
	}

	@Test
	void callerThatIsGoneIsNoFailure() throws InterruptedException {
		begin(Echo.SAY);
		this.channel.shutdownNow();
		assertThat(end().outcome()).isEqualTo(RequestOutcome.CANCELLED);
	}

	@Test
	void streamThatIsLeftBeforeItAnswersIsNotTold() throws InterruptedException {
		begin(Echo.COUNT).cancel("Enough", null);
		await().until(() -> this.first.cancelled.getCount() == 0);
		assertThat(this.ended).isEmpty();
	}

	/** Begins a call that is not answered. */
	private ClientCall<String, String> begin(MethodDescriptor<String, String> method) throws InterruptedException {
		this.handler = (text, observer) -> {
		};
		ClientCall<String, String> call = this.channel.newCall(method, CallOptions.DEFAULT);
		call.start(new ClientCall.Listener<>() {
		}, new Metadata());
		call.sendMessage("x");
		call.halfClose();
		assertThat(this.arrived.await(10, TimeUnit.SECONDS)).isTrue();
		return call;
	}

	@Test
	void callThatIsNotAnsweredWithinItsDeadlineIsAFailure() {
		probe();
		this.handler = (text, observer) -> {
		};
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> ClientCalls.blockingUnaryCall(this.channel, Echo.SAY,
					CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS), "x"));
		assertThat(end().outcome()).isEqualTo(RequestOutcome.FAILURE);
	}

	@Test
	void whatIsRefusedBeforeItsLanesAreDecidedIsNotTold() {
		this.first.refuses = true;
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> Echo.call(this.channel, Echo.SAY, "x"));
		this.first.refuses = false;
		assertThat(Echo.call(this.channel, Echo.SAY, "x")).isEqualTo("x");
		assertThat(end().outcome()).isEqualTo(RequestOutcome.SUCCESS);
	}

	@Test
	void timeOfAStreamEndsWhereItsAnswerBegins() {
		this.handler = (text, observer) -> {
			this.clock.addAndGet(5);
			observer.onNext(text);
			this.clock.addAndGet(1000);
			observer.onCompleted();
		};
		assertThat(ClientCalls.blockingServerStreamingCall(this.channel, Echo.COUNT, CallOptions.DEFAULT, "x"))
			.toIterable()
			.containsExactly("x");
		assertThat(end().nanos()).isEqualTo(5);
	}

	@Test
	void probesAreNotTold() {
		probe();
		assertThat(Echo.call(this.channel, Echo.SAY, "x")).isEqualTo("x");
		assertThat(end().outcome()).isEqualTo(RequestOutcome.SUCCESS);
	}

	/** Connects, too. */
	private void probe() {
		HealthGrpc.newBlockingStub(this.channel).check(HealthCheckRequest.getDefaultInstance());
	}

	/** As the first of the interceptors of a service. */
	private static final class Outermost implements ServerInterceptor {

		private final CountDownLatch cancelled = new CountDownLatch(1);

		private volatile boolean refuses;

		private volatile Status makesOfExceptions;

		@Override
		public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
				ServerCallHandler<Q, A> next) {
			if (this.refuses) {
				call.close(Status.UNAUTHENTICATED, new Metadata());
				return new ServerCall.Listener<>() {
				};
			}
			return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {

				@Override
				public void onHalfClose() {
					try {
						super.onHalfClose();
					}
					catch (RuntimeException ex) {
						if (Outermost.this.makesOfExceptions == null) {
							throw ex;
						}
						call.close(Outermost.this.makesOfExceptions, new Metadata());
					}
				}

				@Override
				public void onCancel() {
					super.onCancel();
					Outermost.this.cancelled.countDown();
				}

			};
		}

	}

	private record Ended(GrayDecision decision, RequestOutcome outcome, long nanos) {
	}

}
