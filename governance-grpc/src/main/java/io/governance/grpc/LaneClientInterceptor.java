package io.governance.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

import io.governance.gray.LaneContext;

/**
 * Gives the lanes of the caller to each call by service name: to the choice of an
 * instance, and to whoever answers. Calls to other targets carry no lanes. Thread-safe.
 */
public final class LaneClientInterceptor implements ClientInterceptor {

	private final LaneMetadata metadata;

	/**
	 * Creates an interceptor.
	 * @param metadata writes lanes
	 */
	public LaneClientInterceptor(LaneMetadata metadata) {
		this.metadata = metadata;
	}

	@Override
	public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
		if (options.getOption(CallKeys.SERVICE).isEmpty()) {
			return next.newCall(method, options);
		}
		LaneContext lanes = GrpcLanes.current().lanes();
		CallRoute route = options.getOption(CallKeys.ROUTE).in(lanes);
		return new SimpleForwardingClientCall<>(next.newCall(method, options.withOption(CallKeys.ROUTE, route))) {

			@Override
			public void start(Listener<A> listener, Metadata headers) {
				LaneClientInterceptor.this.metadata.write(lanes, headers);
				super.start(listener, headers);
			}

		};
	}

}
