package io.governance.etcd;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.etcd.jetcd.resolver.IPNameResolver;
import io.grpc.EquivalentAddressGroup;

/**
 * Finds the addresses of endpoints. jetcd's own knows the first one only of a name that
 * has several, such as that of a headless service of Kubernetes, and no IPv6.
 */
final class EndpointResolver extends IPNameResolver {

	static final String SCHEME = "governance-etcd";

	EndpointResolver(URI target) {
		super(target);
	}

	/**
	 * The target of a channel to endpoints.
	 * @param endpoints the endpoints
	 * @return a URI of this scheme
	 */
	static String target(List<URI> endpoints) {
		String members = endpoints.stream()
			.map((endpoint) -> endpoint.getHost() + ((endpoint.getPort() >= 0) ? ":" + endpoint.getPort() : ""))
			.distinct()
			.collect(Collectors.joining(","));
		try {
			// Encodes the brackets of IPv6.
			return SCHEME + "://" + new URI(null, null, "/" + members, null).getRawPath();
		}
		catch (URISyntaxException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	@Override
	protected List<EquivalentAddressGroup> computeAddressGroups() {
		return super.computeAddressGroups().stream().map(EndpointResolver::withAllAddresses).toList();
	}

	/** One connection, to whichever of them can be reached. */
	private static EquivalentAddressGroup withAllAddresses(EquivalentAddressGroup endpoint) {
		InetSocketAddress first = (InetSocketAddress) endpoint.getAddresses().get(0);
		try {
			List<SocketAddress> all = Stream.of(InetAddress.getAllByName(first.getHostString()))
				.<SocketAddress>map((address) -> new InetSocketAddress(address, first.getPort()))
				.toList();
			return new EquivalentAddressGroup(all, endpoint.getAttributes());
		}
		catch (UnknownHostException ex) {
			return endpoint;
		}
	}

}
