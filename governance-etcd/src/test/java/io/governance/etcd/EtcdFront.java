package io.governance.etcd;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import com.google.protobuf.InvalidProtocolBufferException;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;

/**
 * Stands before a real etcd and hands everything on, but for watches: what becomes of
 * each is up to the test. Shows a client what a real server does seldom.
 */
final class EtcdFront implements AutoCloseable {

	private static final int MAX_BYTES = 64 * 1024 * 1024;

	private final ManagedChannel channel;

	private final Server server;

	private final AtomicInteger watches = new AtomicInteger();

	private final AtomicInteger keysRead = new AtomicInteger();

	private final ScheduledExecutorService late = Executors.newSingleThreadScheduledExecutor();

	private volatile IntFunction<Fate> fates = (number) -> Fate.FORWARD;

	private volatile Status refusal = Status.OK;

	EtcdFront(String address) {
		URI uri = URI.create(address);
		this.channel = NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort())
			.usePlaintext()
			.maxInboundMessageSize(MAX_BYTES)
			.build();
		try {
			this.server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
				.fallbackHandlerRegistry(new Registry())
				.maxInboundMessageSize(MAX_BYTES)
				.build()
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String address() {
		return "http://127.0.0.1:" + this.server.getPort();
	}

	/** How many watches were begun. */
	int watches() {
		return this.watches.get();
	}

	/** How many keys were asked for one by one since the last time. */
	int keysRead() {
		return this.keysRead.getAndSet(0);
	}

	/** Decides what becomes of each watch, which are numbered from 1 on. */
	void watches(IntFunction<Fate> fates) {
		this.watches.set(0);
		this.fates = fates;
	}

	/** Refuses all calls but watches with a status, or none with {@link Status#OK}. */
	void refuse(Status status) {
		this.refusal = status;
	}

	private void count(byte[] transaction) {
		try {
			TxnRequest.parseFrom(transaction)
				.getSuccessList()
				.stream()
				.filter(RequestOp::hasRequestRange)
				.forEach((get) -> this.keysRead.incrementAndGet());
		}
		catch (InvalidProtocolBufferException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.late.shutdownNow();
		this.server.shutdownNow();
		this.channel.shutdownNow();
		try {
			this.server.awaitTermination(5, TimeUnit.SECONDS);
			this.channel.awaitTermination(5, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** What becomes of a watch. */
	enum Fate {

		/** It works. */
		FORWARD,

		/** It ends at once, as if all were said. */
		END,

		/** It is created, then ends as if all were said. */
		CREATE_AND_END,

		/** It is created, then what it would tell first is lost with the stream. */
		BREAK_BEFORE_BACKLOG,

		/** It is created, then tells everything half a second late. */
		LATE,

		/** It is created and tells nothing. */
		SILENCE,

		/** There is no leader. */
		NO_LEADER,

		/** There are too many. */
		EXHAUSTED

	}

	private final class Registry extends HandlerRegistry {

		@Override
		public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
			MethodDescriptor<byte[], byte[]> method = MethodDescriptor.<byte[], byte[]>newBuilder()
				.setType(MethodDescriptor.MethodType.BIDI_STREAMING)
				.setFullMethodName(name)
				.setRequestMarshaller(new Bytes())
				.setResponseMarshaller(new Bytes())
				.build();
			return ServerMethodDefinition.create(method, handler(method));
		}

		private ServerCallHandler<byte[], byte[]> handler(MethodDescriptor<byte[], byte[]> method) {
			boolean watch = method.getFullMethodName().equals("etcdserverpb.Watch/Watch");
			boolean transaction = method.getFullMethodName().equals("etcdserverpb.KV/Txn");
			return (call, headers) -> {
				if (!watch) {
					return begin(method, call, headers, Fate.FORWARD, EtcdFront.this.refusal,
							transaction ? EtcdFront.this::count : (message) -> {
							});
				}
				Fate fate = EtcdFront.this.fates.apply(EtcdFront.this.watches.incrementAndGet());
				Status end = switch (fate) {
					case NO_LEADER -> Status.UNAVAILABLE.withDescription("etcdserver: no leader");
					case EXHAUSTED -> Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: too many requests");
					default -> Status.OK;
				};
				return begin(method, call, headers, fate, end, (message) -> {
				});
			};
		}

		private ServerCall.Listener<byte[]> begin(MethodDescriptor<byte[], byte[]> method,
				ServerCall<byte[], byte[]> in, Metadata headers, Fate fate, Status end, Consumer<byte[]> questions) {
			if (!end.isOk() || fate == Fate.END) {
				in.sendHeaders(new Metadata());
				in.close(end, new Metadata());
				return new ServerCall.Listener<>() {
				};
			}
			ClientCall<byte[], byte[]> out = EtcdFront.this.channel.newCall(method, CallOptions.DEFAULT);
			out.start(new Answers(in, out, fate), headers);
			out.request(1);
			in.request(1);
			return new Questions(in, out, questions);
		}

	}

	private static final class Questions extends ServerCall.Listener<byte[]> {

		private final ServerCall<byte[], byte[]> in;

		private final ClientCall<byte[], byte[]> out;

		private final Consumer<byte[]> seen;

		Questions(ServerCall<byte[], byte[]> in, ClientCall<byte[], byte[]> out, Consumer<byte[]> seen) {
			this.in = in;
			this.out = out;
			this.seen = seen;
		}

		@Override
		public void onMessage(byte[] message) {
			this.seen.accept(message);
			this.out.sendMessage(message);
			this.in.request(1);
		}

		@Override
		public void onHalfClose() {
			this.out.halfClose();
		}

		@Override
		public void onCancel() {
			this.out.cancel("The client has gone", null);
		}

	}

	private final class Answers extends ClientCall.Listener<byte[]> {

		private final ServerCall<byte[], byte[]> in;

		private final ClientCall<byte[], byte[]> out;

		private final Fate fate;

		private int messages;

		private boolean closed;

		Answers(ServerCall<byte[], byte[]> in, ClientCall<byte[], byte[]> out, Fate fate) {
			this.in = in;
			this.out = out;
			this.fate = fate;
		}

		@Override
		public void onHeaders(Metadata headers) {
			this.in.sendHeaders(headers);
		}

		@Override
		public void onMessage(byte[] message) {
			this.out.request(1);
			if (++this.messages == 1 || this.fate == Fate.FORWARD) {
				this.in.sendMessage(message);
				if (this.fate == Fate.CREATE_AND_END) {
					close(Status.OK, new Metadata());
					this.out.cancel("ended", null);
				}
			}
			else if (this.fate == Fate.LATE) {
				EtcdFront.this.late.schedule(() -> this.in.sendMessage(message), 500, TimeUnit.MILLISECONDS);
			}
			else if (this.fate == Fate.BREAK_BEFORE_BACKLOG) {
				close(Status.UNAVAILABLE.withDescription("the stream broke"), new Metadata());
				this.out.cancel("broken", null);
			}
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			close(status, trailers);
		}

		private void close(Status status, Metadata trailers) {
			if (!this.closed && !this.in.isCancelled()) {
				this.closed = true;
				this.in.close(status, trailers);
			}
		}

	}

	private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

		@Override
		public InputStream stream(byte[] value) {
			return new ByteArrayInputStream(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try {
				return stream.readAllBytes();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
