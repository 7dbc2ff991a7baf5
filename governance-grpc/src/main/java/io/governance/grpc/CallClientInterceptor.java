package io.governance.grpc;

import java.util.concurrent.ScheduledThreadPoolExecutor;

import io.governance.DaemonThreads;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;

/**
 * Guards calls by service name: no call goes to a service whose circuit breaker is open,
 * and a try that failed is followed by one on another instance where that does no harm.
 * Calls to other targets are left alone. Comes after a {@link LaneClientInterceptor},
 * whose lanes hold for all tries. Thread-safe.
 */
public final class CallClientInterceptor implements ClientInterceptor, AutoCloseable {

	private final GrpcServices services;

	private final CallGuard guard;

	private final ScheduledThreadPoolExecutor timer;

	/**
	 * Creates an interceptor.
	 * @param services the services that are called
	 * @param guard what stands over the calls
	 */
	public CallClientInterceptor(GrpcServices services, CallGuard guard) {
		this.services = services;
		this.guard = guard;
		this.timer = new ScheduledThreadPoolExecutor(1, new DaemonThreads("governance-grpc-calls"));
		this.timer.setRemoveOnCancelPolicy(true);
	}

	@Override
	public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
		String service = options.getOption(CallKeys.SERVICE);
		if (service.isEmpty()) {
			return next.newCall(method, options);
		}
		return new GuardedClientCall<>(method, options, next, () -> this.guard.begin(service, method),
				this.services.picks(service), this.timer);
	}

	/** Calls that wait for another try still get it: they end in no other way. */
	@Override
	public void close() {
		this.timer.shutdown();
	}

}
