package io.governance.etcd;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Gives every call but a watch a deadline, after which it is really cancelled, and makes
 * every failure final: jetcd would otherwise repeat calls, resume watches from the wrong
 * revision and log each try.
 */
final class CallGuard implements ClientInterceptor {

	private static final String WATCH = "etcdserverpb.Watch/Watch";

	private final Duration deadline;

	CallGuard(Duration deadline) {
		this.deadline = deadline;
	}

	@Override
	public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
		boolean watch = method.getFullMethodName().equals(WATCH);
		CallOptions bounded = watch ? options
				: options.withDeadlineAfter(this.deadline.toNanos(), TimeUnit.NANOSECONDS);
		return new SimpleForwardingClientCall<>(next.newCall(method, bounded)) {

			@Override
			public void start(Listener<A> listener, Metadata headers) {
				super.start(new SimpleForwardingClientCallListener<>(listener) {

					@Override
					public void onClose(Status status, Metadata trailers) {
						super.onClose(last(status), trailers);
					}

				}, headers);
			}

		};
	}

	/**
	 * The codes that jetcd takes for a reason to try again become one that it does not.
	 */
	private static Status last(Status status) {
		return switch (status.getCode()) {
			case UNAVAILABLE, INTERNAL ->
				Status.ABORTED.withDescription(status.getDescription()).withCause(status.getCause());
			default -> status;
		};
	}

}
