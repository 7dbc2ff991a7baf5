package io.governance.boot.gray;

import java.net.InetAddress;
import java.util.List;

import io.governance.boot.InvalidSettingException;
import io.governance.gray.IpNetwork;
import org.jspecify.annotations.Nullable;

/**
 * Networks whose members are believed. Immutable; asks no name server.
 */
final class TrustedPeers {

	private final List<IpNetwork> networks;

	/**
	 * Creates the networks.
	 * @param property where they are set
	 * @param networks addresses or networks in CIDR form
	 * @throws InvalidSettingException if one of them is neither
	 */
	TrustedPeers(String property, List<String> networks) {
		this.networks = networks.stream().map((network) -> parse(property, network.trim())).toList();
	}

	/**
	 * Whether an address is in one of the networks.
	 * @param address the address as text; a name is never trusted
	 * @return {@code true} if it is
	 */
	boolean trusts(@Nullable String address) {
		InetAddress parsed = (address != null) ? IpNetwork.address(address) : null;
		return parsed != null && trusts(parsed);
	}

	boolean trusts(InetAddress address) {
		for (IpNetwork network : this.networks) {
			if (network.contains(address)) {
				return true;
			}
		}
		return false;
	}

	private static IpNetwork parse(String property, String text) {
		try {
			return IpNetwork.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException(property, "'" + text + "' is neither an IP address nor a network",
					"Write addresses and networks as in 127.0.0.1, 10.0.0.0/8, ::1/128", null);
		}
	}

}
