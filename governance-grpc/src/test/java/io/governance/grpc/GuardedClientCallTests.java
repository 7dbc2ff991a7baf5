package io.governance.grpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.governance.call.CallFailure;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.ServiceDirectory;

import static org.assertj.core.api.Assertions.assertThat;

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

	private ManagedChannel channel(ClientInterceptor... within) {
		ServiceDirectory directory = opened(new ServiceDirectory(this.registry));
		BalancedServices services = opened(new BalancedServices(directory,
				(service) -> ServiceBalancer.builder(service, new RoundRobinLoadBalancer()), Duration.ofSeconds(10)));
		List<ClientInterceptor> interceptors = new ArrayList<>();
		interceptors.add(opened(new CallClientInterceptor(services, (service, method) -> new TwoTries(this.ended))));
		interceptors.addAll(List.of(within));
		ManagedChannel channel = new GovernanceChannels(services, interceptors)
			.newChannelBuilder("governance:///users", InsecureChannelCredentials.create())
			.build();
		opened(() -> channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS));
		return channel;
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

	/** Lets one try pass. */
	private static final class OnceOnly implements ClientInterceptor {

		private final CountDownLatch tries = new CountDownLatch(1);

		@Override
		public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
			if (this.tries.getCount() == 0) {
				throw new StatusRuntimeException(Status.PERMISSION_DENIED.withDescription("No second time"));
			}
			this.tries.countDown();
			return next.newCall(method, options);
		}

	}

	private record TwoTries(AtomicInteger ended) implements CallGuard.Guarded {

		@Override
		public void tries(Endpoint endpoint) {
		}

		@Override
		public long tryNanos() {
			return Long.MAX_VALUE;
		}

		@Override
		public boolean again(CallFailure failure) {
			return true;
		}

		@Override
		public long pauseNanos() {
			return 0;
		}

		@Override
		public void over(Outcome outcome) {
			this.ended.incrementAndGet();
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
