package io.governance.etcd;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Collections;
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

	/** Which address of a name comes first: the one before may hang. */
	private final int first;

	EndpointResolver(URI target) {
		super(target);
		this.first = Integer.parseInt(target.getQuery());
	}

	/**
	 * The target of a channel to endpoints.
	 * @param endpoints the endpoints
	 * @param first which address of a name comes first, 0 for the one that its resolver
	 * names first; counted round and round
	 * @return a URI of this scheme
	 */
	static String target(List<URI> endpoints, int first) {
		String members = endpoints.stream()
			.map((endpoint) -> endpoint.getHost() + ((endpoint.getPort() >= 0) ? ":" + endpoint.getPort() : ""))
			.distinct()
			.collect(Collectors.joining(","));
		try {
			// Encodes the brackets of IPv6.
			return SCHEME + "://" + new URI(null, null, "/" + members, null).getRawPath() + "?" + first;
		}
		catch (URISyntaxException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	@Override
	protected List<EquivalentAddressGroup> computeAddressGroups() {
		return super.computeAddressGroups().stream().map(this::withAllAddresses).toList();
	}

	/** One connection, to whichever of them can be reached. */
	private EquivalentAddressGroup withAllAddresses(EquivalentAddressGroup endpoint) {
		InetSocketAddress known = (InetSocketAddress) endpoint.getAddresses().get(0);
		try {
			List<SocketAddress> all = Stream.of(InetAddress.getAllByName(known.getHostString()))
				.<SocketAddress>map((address) -> new InetSocketAddress(address, known.getPort()))
				.collect(Collectors.toList());
			Collections.rotate(all, -this.first);
			return new EquivalentAddressGroup(all, endpoint.getAttributes());
		}
		catch (UnknownHostException ex) {
			return endpoint;
		}
	}

}
