package io.governance.etcd;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * Gives every call but a watch a deadline, after which it is really cancelled, and makes
 * every failure final: jetcd would otherwise repeat calls, resume watches from the wrong
 * revision and log each try.
 */
final class CallGuard implements ClientInterceptor {

	private static final String WATCH = "etcdserverpb.Watch/Watch";

	/** This is what jetcd takes for a reason to try again after a new login. */
	private static final Status LOGIN_NEEDED = Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token");

	private final Supplier<Duration> deadline;

	/** Whether the server wants no user, as far as is known. */
	private volatile boolean userless;

	CallGuard(Supplier<Duration> deadline) {
		this.deadline = deadline;
	}

	@Override
	public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
		boolean watch = method.getFullMethodName().equals(WATCH);
		CallOptions bounded = watch ? options
				: options.withDeadlineAfter(this.deadline.get().toNanos(), TimeUnit.NANOSECONDS);
		boolean anonymous = this.userless;
		return new SimpleForwardingClientCall<>(
				next.newCall(method, anonymous ? bounded.withCallCredentials(null) : bounded)) {

			@Override
			public void start(Listener<A> listener, Metadata headers) {
				super.start(new SimpleForwardingClientCallListener<>(listener) {

					@Override
					public void onClose(Status status, Metadata trailers) {
						super.onClose(changesUser(anonymous, status) ? LOGIN_NEEDED : last(status), trailers);
					}

				}, headers);
			}

		};
	}

	/**
	 * Users may be switched on and off at the server: one who has a password goes without
	 * it where it is not wanted.
	 */
	private boolean changesUser(boolean anonymous, Status status) {
		if (!anonymous && status.getCause() instanceof StatusRuntimeException login
				&& says(login.getStatus(), "authentication is not enabled")) {
			this.userless = true;
			return true;
		}
		if (anonymous && says(status, "user name is empty")) {
			this.userless = false;
			return true;
		}
		return false;
	}

	private static boolean says(Status status, String words) {
		return status.getDescription() != null && status.getDescription().contains(words);
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
