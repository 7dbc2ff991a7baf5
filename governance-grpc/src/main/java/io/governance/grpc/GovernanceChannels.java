package io.governance.grpc;

import java.net.URI;
import java.util.List;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;

/**
 * Makes channels that call services by name, such as {@code governance:///users}. There
 * is one for each application; with Spring, all channels of its
 * {@code GrpcChannelFactory} are prepared by it. Immutable and thread-safe.
 */
public final class GovernanceChannels {

	private final GrpcServices services;

	private final List<ClientInterceptor> interceptors;

	private final boolean guarded;

	/**
	 * Creates the maker of channels.
	 * @param services the services that they can call
	 * @param interceptors see each call by service name, the first one first: a
	 * {@link LaneClientInterceptor} before a {@link CallClientInterceptor}
	 * @throws IllegalArgumentException if those two are the other way round
	 */
	public GovernanceChannels(GrpcServices services, List<ClientInterceptor> interceptors) {
		this.services = services;
		this.interceptors = List.copyOf(interceptors);
		this.guarded = this.interceptors.stream().anyMatch(CallClientInterceptor.class::isInstance);
		checkOrder(this.interceptors);
	}

	/** Within a try, lanes would take the place of what the try knows of the others. */
	private static void checkOrder(List<ClientInterceptor> interceptors) {
		boolean tries = false;
		for (ClientInterceptor interceptor : interceptors) {
			if (tries && interceptor instanceof LaneClientInterceptor) {
				throw new IllegalArgumentException(
						"A LaneClientInterceptor has to come before the CallClientInterceptor");
			}
			tries |= interceptor instanceof CallClientInterceptor;
		}
	}

	/**
	 * Whether a target is one of a service.
	 * @param target the target of a channel
	 * @return {@code true} if it begins with {@code governance:}
	 */
	public static boolean isService(String target) {
		return target.startsWith(GovernanceNameResolverProvider.SCHEME + ":");
	}

	/**
	 * Begins a channel.
	 * @param target the target, such as {@code governance:///users}
	 * @param credentials the credentials, such as
	 * {@link io.grpc.InsecureChannelCredentials}
	 * @return a builder for the rest
	 * @throws IllegalArgumentException if this is not the target of a service
	 */
	public ManagedChannelBuilder<?> newChannelBuilder(String target, ChannelCredentials credentials) {
		ManagedChannelBuilder<?> builder = Grpc.newChannelBuilder(target, credentials);
		// The last one added is the first that sees a call.
		for (int i = this.interceptors.size() - 1; i >= 0; i--) {
			builder.intercept(this.interceptors.get(i));
		}
		prepare(builder, target);
		return builder;
	}

	/**
	 * Prepares a channel to resolve the name of a service and to pick its instances. The
	 * interceptors are left to the caller.
	 * @param builder the builder of the channel
	 * @param target its target
	 * @throws IllegalArgumentException if this is not the target of a service
	 */
	public void prepare(ManagedChannelBuilder<?> builder, String target) {
		String service = GovernanceNameResolverProvider.service(URI.create(target));
		builder.setNameResolverArg(GovernanceNameResolverProvider.SERVICES, this.services)
			.defaultLoadBalancingPolicy(GovernanceLoadBalancerProvider.POLICY)
			.intercept(new Named(service, this.guarded));
	}

	/** Tells the service that is called to all other interceptors. */
	private record Named(String service, boolean guarded) implements ClientInterceptor {

		@Override
		public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
			CallOptions named = options.withOption(CallKeys.SERVICE, this.service);
			return this.guarded ? next.newCall(method, named) : OneTry.newCall(method, named, next);
		}

	}

}
