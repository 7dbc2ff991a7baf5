package io.governance.registry;

import java.net.InetAddress;
import java.net.UnknownHostException;
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
 * (169.254.0.0/16, fe80::/10), among which those of metadata services are, the one of AWS
 * that is not (fd00:ec2::254), multicast and unspecified addresses, numbers that clients
 * read in different ways, and Google's name of its metadata service. Thread-safe.
 */
public final class VettedDiscovery implements Discovery {

	private static final Logger logger = LoggerFactory.getLogger(VettedDiscovery.class);

	/** Whatever ends in a number is an address to some clients, however it is written. */
	private static final Pattern NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0[xX][0-9a-fA-F]*)\\.?");

	private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

	private static final Pattern DOTTED = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

	private static final Set<String> NAMES = Set.of("metadata.google.internal", "metadata.goog");

	private static final String AWS = "fd00:ec2:0:0:0:0:0:254";

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
		if (NUMBER.matcher(address).matches()) {
			return DOTTED.matcher(address).matches() && allowsAddress(address);
		}
		String name = address.toLowerCase(Locale.ROOT);
		return !NAMES.contains(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
	}

	private static boolean allowsAddress(String literal) {
		try {
			InetAddress parsed = InetAddress.getByName(literal);
			return !parsed.isLinkLocalAddress() && !parsed.isMulticastAddress() && !parsed.isAnyLocalAddress()
					&& !parsed.getHostAddress().equals(AWS);
		}
		catch (UnknownHostException ex) {
			return false;
		}
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
