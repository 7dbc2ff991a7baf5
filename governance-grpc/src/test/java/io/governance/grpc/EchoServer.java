package io.governance.grpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

import io.governance.registry.Instance;

/**
 * A real gRPC server on a free port of the loopback, which answers with its name.
 */
public final class EchoServer implements AutoCloseable {

	private final String name;

	private final AtomicInteger calls = new AtomicInteger();

	private final List<Metadata> headers = new CopyOnWriteArrayList<>();

	private final List<StreamObserver<String>> streams = new CopyOnWriteArrayList<>();

	private final Server server;

	private volatile Duration shortestDeadline = Duration.ofDays(1);

	private volatile boolean muted;

	private volatile BiConsumer<String, StreamObserver<String>> answer;

	/** Starts a server. */
	public EchoServer(String name, ServerInterceptor... interceptors) {
		this(name, 0, interceptors);
	}

	EchoServer(String name, int port, ServerInterceptor... interceptors) {
		this.name = name;
		this.answer = (text, observer) -> {
			observer.onNext(name);
			observer.onCompleted();
		};
		var builder = Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
			.addService(ServerServiceDefinition.builder(Echo.SERVICE)
				.addMethod(Echo.SAY, ServerCalls.asyncUnaryCall(this::answer))
				.addMethod(Echo.LOOK, ServerCalls.asyncUnaryCall(this::answer))
				.addMethod(Echo.COUNT, ServerCalls.asyncServerStreamingCall(this::count))
				.addMethod(Echo.TALK, ServerCalls.asyncBidiStreamingCall(this::talk))
				.build());
		builder.intercept(new Recorder());
		for (ServerInterceptor interceptor : interceptors) {
			builder.intercept(interceptor);
		}
		try {
			this.server = builder.build().start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void answer(String text, StreamObserver<String> observer) {
		this.calls.incrementAndGet();
		Deadline deadline = Context.current().getDeadline();
		if (deadline != null) {
			Duration left = Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
			this.shortestDeadline = (left.compareTo(this.shortestDeadline) < 0) ? left : this.shortestDeadline;
		}
		this.answer.accept(text, observer);
	}

	private void count(String text, StreamObserver<String> observer) {
		this.calls.incrementAndGet();
		// Whoever has the first message may have it send more.
		this.streams.add(observer);
		if (!this.muted) {
			observer.onNext(this.name);
		}
	}

	private StreamObserver<String> talk(StreamObserver<String> observer) {
		this.calls.incrementAndGet();
		return new StreamObserver<>() {

			@Override
			public void onNext(String value) {
				observer.onNext(EchoServer.this.name + " " + value);
			}

			@Override
			public void onError(Throwable ex) {
			}

			@Override
			public void onCompleted() {
				observer.onCompleted();
			}

		};
	}

	/** Sets what unary methods do from now on. */
	public void answers(BiConsumer<String, StreamObserver<String>> answer) {
		this.answer = answer;
	}

	/** From now on answers with a status. */
	public void fails(Status status) {
		answers((text, observer) -> observer.onError(status.asRuntimeException()));
	}

	/** From now on does not answer at all. */
	public void hangs() {
		answers((text, observer) -> {
		});
	}

	/** As at first. */
	public void recovers() {
		answers((text, observer) -> {
			observer.onNext(this.name);
			observer.onCompleted();
		});
	}

	/** Sends one more message on each stream that is open. */
	public void sendsMore() {
		this.streams.forEach((stream) -> stream.onNext(this.name));
	}

	/** Ends all streams as they should end. */
	public void endsStreams() {
		this.streams.forEach(StreamObserver::onCompleted);
		this.streams.clear();
	}

	public String name() {
		return this.name;
	}

	public int port() {
		return this.server.getPort();
	}

	/** How many calls have come. */
	public int calls() {
		return this.calls.get();
	}

	/** The metadata of all calls. */
	public List<Metadata> headers() {
		return this.headers;
	}

	/** The least that was left to a unary call. */
	public Duration shortestDeadline() {
		return this.shortestDeadline;
	}

	/** From now on streams do not begin. */
	public void mute() {
		this.muted = true;
	}

	/** As it is announced. */
	public Instance.Builder instance(String service) {
		return Instance.of(service, "127.0.0.1", port()).id(this.name);
	}

	/** Dies: connections break, and nobody listens any more. */
	public void dies() {
		this.server.shutdownNow();
		try {
			this.server.awaitTermination();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		dies();
	}

	private final class Recorder implements ServerInterceptor {

		@Override
		public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
				ServerCallHandler<Q, A> next) {
			EchoServer.this.headers.add(headers);
			return next.startCall(call, headers);
		}

	}

}
