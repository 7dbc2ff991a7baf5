package io.governance.grpc;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.Set;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import org.jspecify.annotations.Nullable;

import io.governance.registry.Instance;

/**
 * Resolves {@code governance:///users} for channels that {@link GovernanceChannels} has
 * prepared. Found by {@link java.util.ServiceLoader}; knows no services itself, so that
 * applications of one process do not mix.
 */
public final class GovernanceNameResolverProvider extends NameResolverProvider {

	/** The scheme of targets. */
	public static final String SCHEME = "governance";

	/** Tells a resolver the services of the application that its channel belongs to. */
	static final NameResolver.Args.Key<GrpcServices> SERVICES = NameResolver.Args.Key
		.create("io.governance.grpc.services");

	@Override
	public String getDefaultScheme() {
		return SCHEME;
	}

	@Override
	protected boolean isAvailable() {
		return true;
	}

	/** Less than that of DNS, which is for targets without a scheme. */
	@Override
	protected int priority() {
		return 4;
	}

	@Override
	public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
		return Set.of(InetSocketAddress.class);
	}

	@Override
	public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
		if (!SCHEME.equals(target.getScheme())) {
			return null;
		}
		String service = service(target);
		GrpcServices services = args.getArg(SERVICES);
		if (services == null) {
			throw new IllegalStateException("The channel to '" + target
					+ "' does not know the services of this application: create it with the GrpcChannelFactory of"
					+ " Spring, or prepare its builder with GovernanceChannels");
		}
		return new ServiceNameResolver(service, services, args);
	}

	/**
	 * The service of a target.
	 * @throws IllegalArgumentException if it names none
	 */
	static String service(URI target) {
		String authority = (target.getAuthority() != null) ? target.getAuthority() : "";
		String path = target.isOpaque() ? target.getSchemeSpecificPart() : target.getPath();
		path = path.startsWith("/") ? path.substring(1) : path;
		if (authority.isEmpty() == path.isEmpty()) {
			throw new IllegalArgumentException(
					"Not a target of a service: '" + target + "': it should look like governance:///users");
		}
		String service = authority.isEmpty() ? path : authority;
		Instance.checkService(service);
		return service;
	}

}
