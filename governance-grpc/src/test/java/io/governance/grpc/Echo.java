package io.governance.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.stub.ClientCalls;

/**
 * A service of texts, for tests: the methods, and how they are called.
 */
public final class Echo {

	/** The name of the service. */
	public static final String SERVICE = "test.Echo";

	/** Must not be carried out twice. */
	public static final MethodDescriptor<String, String> SAY = method("Say", MethodType.UNARY).build();

	/** May be carried out twice. */
	public static final MethodDescriptor<String, String> LOOK = method("Look", MethodType.UNARY).setIdempotent(true)
		.setSafe(true)
		.build();

	/** Answers with many. */
	public static final MethodDescriptor<String, String> COUNT = method("Count", MethodType.SERVER_STREAMING).build();

	/** Takes and gives many. */
	public static final MethodDescriptor<String, String> TALK = method("Talk", MethodType.BIDI_STREAMING).build();

	private Echo() {
	}

	private static MethodDescriptor.Builder<String, String> method(String name, MethodType type) {
		return MethodDescriptor.<String, String>newBuilder()
			.setType(type)
			.setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
			.setRequestMarshaller(new Text())
			.setResponseMarshaller(new Text());
	}

	/** Calls with a deadline of 10 seconds. */
	public static String call(Channel channel, MethodDescriptor<String, String> method, String text) {
		return call(channel, method, text, Duration.ofSeconds(10));
	}

	/** Calls with a deadline. */
	public static String call(Channel channel, MethodDescriptor<String, String> method, String text,
			Duration deadline) {
		return ClientCalls.blockingUnaryCall(channel, method,
				CallOptions.DEFAULT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS), text);
	}

	private static final class Text implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String value) {
			return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public String parse(InputStream stream) {
			try {
				return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
