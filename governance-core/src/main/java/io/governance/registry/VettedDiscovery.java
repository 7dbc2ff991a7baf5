package io.governance.registry;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import io.governance.ConnectionState;
import io.governance.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A discovery without the instances at addresses where no service is: whoever may write
 * to a registry must not lead calls, with what they carry, to the metadata service of a
 * cloud or to whoever answers on a link. Left out are link-local addresses
 * (169.254.0.0/16, fe80::/10), among which most of those of metadata services are, those
 * that are not, and their names; multicast and unspecified addresses; IPv6 addresses that
 * lead to one of these over IPv4 (mapped, compatible, 64:ff9b::/96, 2002::/16); and
 * numbers and escapes that clients read in different ways. Thread-safe.
 */
public final class VettedDiscovery implements Discovery {

	private static final Logger logger = LoggerFactory.getLogger(VettedDiscovery.class);

	/** Whatever ends in a number is an address to some clients, however it is written. */
	private static final Pattern NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0[xX][0-9a-fA-F]*)\\.?");

	private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

	private static final Pattern DOTTED = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

	/** Of metadata services: two of Google, one of Tencent Cloud. */
	private static final Set<String> NAMES = Set.of("metadata.google.internal", "metadata.goog",
			"metadata.tencentyun.com");

	/**
	 * Of metadata services, and what hands out the like, where they are not link-local:
	 * Alibaba Cloud, Oracle Cloud, Azure, and over IPv6 AWS, Google and Oracle Cloud.
	 */
	private static final Set<String> ADDRESSES = Set.of("100.100.100.200", "192.0.0.192", "168.63.129.16",
			"fd00:ec2:0:0:0:0:0:254", "fd20:ce:0:0:0:0:0:254", "fd00:c1:0:0:0:0:a9fe:a9fe");

	private static final String IPV4_COMPATIBLE = "0".repeat(24);

	private static final String NAT64 = "0064ff9b" + "0".repeat(16);

	private static final String SIX_TO_FOUR = "2002";

	private final Discovery discovery;

	/**
	 * Creates a discovery.
	 * @param discovery where instances are found; closed with this one
	 */
	public VettedDiscovery(Discovery discovery) {
		this.discovery = discovery;
	}

	@Override
	public Set<String> services() {
		return this.discovery.services();
	}

	@Override
	public Subscription watch(String service, InstancesListener listener) {
		return this.discovery.watch(service, new Vetting(service, listener));
	}

	@Override
	public List<Instance> read(String service) {
		return this.discovery.read(service).stream().filter((instance) -> allows(instance.host())).toList();
	}

	@Override
	public void close() {
		this.discovery.close();
	}

	/**
	 * Whether calls may be led to a host. Looks no name up.
	 * @param host a host name or an IP address, an IPv6 address with or without brackets
	 * @return {@code false} if no service can be there
	 */
	static boolean allows(String host) {
		boolean bracketed = host.startsWith("[") && host.endsWith("]");
		String bare = bracketed ? host.substring(1, host.length() - 1) : host;
		int scope = bare.indexOf('%');
		String address = (scope >= 0) ? bare.substring(0, scope) : bare;
		if (address.isEmpty() || address.indexOf('[') >= 0 || address.indexOf(']') >= 0) {
			return false;
		}
		if (bracketed || address.indexOf(':') >= 0) {
			// In brackets it is taken for an address whatever it is, and not looked up.
			return allowsAddress("[" + address + "]");
		}
		if (scope >= 0) {
			// Only addresses of IPv6 have zones, and some clients decode what looks like
			// an escape.
			return false;
		}
		if (NUMBER.matcher(address).matches()) {
			return DOTTED.matcher(address).matches() && allowsAddress(address);
		}
		String name = address.toLowerCase(Locale.ROOT);
		return !NAMES.contains(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
	}

	private static boolean allowsAddress(String literal) {
		try {
			InetAddress address = InetAddress.getByName(literal);
			return allows(address) && (!(address instanceof Inet6Address over) || allows(behind(over)));
		}
		catch (UnknownHostException ex) {
			return false;
		}
	}

	private static boolean allows(InetAddress address) {
		return !address.isLinkLocalAddress() && !address.isMulticastAddress() && !address.isAnyLocalAddress()
				&& !ADDRESSES.contains(address.getHostAddress());
	}

	/**
	 * The IPv4 address that a translator or a tunnel would lead to, if there is one in
	 * the address; a mapped one is of IPv4 to Java itself.
	 */
	private static InetAddress behind(Inet6Address address) throws UnknownHostException {
		String hex = HexFormat.of().formatHex(address.getAddress());
		if (hex.startsWith(SIX_TO_FOUR)) {
			return ipv4(hex, SIX_TO_FOUR.length());
		}
		return (hex.startsWith(NAT64) || hex.startsWith(IPV4_COMPATIBLE)) ? ipv4(hex, NAT64.length()) : address;
	}

	private static InetAddress ipv4(String hex, int at) throws UnknownHostException {
		return InetAddress.getByAddress(HexFormat.of().parseHex(hex, at, at + 8));
	}

	/** Leaves out, and tells once for as long as there is somebody to leave out. */
	private static final class Vetting implements InstancesListener {

		private final String service;

		private final InstancesListener listener;

		/** Used by the delivering thread, one delivery at a time. */
		private boolean told;

		Vetting(String service, InstancesListener listener) {
			this.service = service;
			this.listener = listener;
		}

		@Override
		public void onInstances(List<Instance> instances) {
			List<Instance> allowed = instances.stream().filter((instance) -> allows(instance.host())).toList();
			boolean some = allowed.size() < instances.size();
			if (some && !this.told) {
				logger.warn(
						"Service {} has {} instances at addresses where no service is, such as link-local ones:"
								+ " they are left out; find out who registered them, or set"
								+ " governance.discovery.vet-addresses=false",
						this.service, instances.size() - allowed.size());
			}
			this.told = some;
			this.listener.onInstances(allowed);
		}

		@Override
		public void onConnection(ConnectionState state) {
			this.listener.onConnection(state);
		}

	}

}
