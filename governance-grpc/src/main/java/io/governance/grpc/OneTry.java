package io.governance.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * The route of a call that nobody guards: it has one try, which ends with the call.
 */
final class OneTry implements CallRoute {

	private final TryStream stream = new TryStream();

	private OneTry() {
	}

	static <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
		OneTry only = new OneTry();
		return new SimpleForwardingClientCall<>(next.newCall(method, options.withOption(CallKeys.ROUTE, only))) {

			@Override
			public void start(Listener<A> listener, Metadata headers) {
				super.start(new SimpleForwardingClientCallListener<>(listener) {

					@Override
					public void onClose(Status status, Metadata trailers) {
						only.stream.over(CallOutcome.of(status));
						super.onClose(status, trailers);
					}

				}, headers);
			}

		};
	}

	@Override
	public boolean sentTo(EndpointTracer stream) {
		return this.stream.begins(stream);
	}

}
