package io.governance.etcd;

import java.net.URI;

import io.etcd.jetcd.resolver.AbstractResolverProvider;
import io.grpc.NameResolver;

/**
 * Gives gRPC the {@link EndpointResolver}. Found by {@link java.util.ServiceLoader}.
 */
public final class EndpointResolverProvider extends AbstractResolverProvider {

	/** Less than that of DNS, which is for targets without a scheme. */
	private static final int PRIORITY = 4;

	/**
	 * Creates a provider.
	 */
	public EndpointResolverProvider() {
		super(EndpointResolver.SCHEME, PRIORITY);
	}

	@Override
	protected NameResolver createResolver(URI target, NameResolver.Args arguments) {
		return new EndpointResolver(target);
	}

}
