package io.governance.boot.gray;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;

import io.governance.boot.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/**
 * The networks from which a lane is taken as it is told. Immutable; asks no name server.
 */
final class TrustedPeers {

	private static final Pattern LITERAL = Pattern
		.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

	private final List<Network> networks;

	/**
	 * Creates the networks.
	 * @param networks addresses or networks in CIDR form
	 * @throws InvalidSettingException if one of them is neither
	 */
	TrustedPeers(List<String> networks) {
		this.networks = networks.stream().map(String::trim).map(Network::parse).toList();
	}

	/**
	 * Whether an address is in one of the networks.
	 * @param address the address as text; a name is never trusted
	 * @return {@code true} if it is
	 */
	boolean trusts(@Nullable String address) {
		InetAddress parsed = (address != null) ? parse(address) : null;
		return parsed != null && trusts(parsed);
	}

	boolean trusts(InetAddress address) {
		byte[] bytes = address.getAddress();
		for (Network network : this.networks) {
			if (network.contains(bytes)) {
				return true;
			}
		}
		return false;
	}

	private static @Nullable InetAddress parse(String text) {
		int zone = text.indexOf('%');
		String literal = (zone < 0) ? text : text.substring(0, zone);
		if (!LITERAL.matcher(literal).matches()) {
			return null;
		}
		try {
			return InetAddress.getByName(literal);
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

	private record Network(byte[] address, int bits) {

		static Network parse(String text) {
			int slash = text.indexOf('/');
			InetAddress address = TrustedPeers.parse((slash < 0) ? text : text.substring(0, slash));
			if (address != null) {
				int size = address.getAddress().length * 8;
				int bits = (slash < 0) ? size : bits(text.substring(slash + 1));
				if (bits >= 0 && bits <= size) {
					return new Network(address.getAddress(), bits);
				}
			}
			throw new InvalidSettingException("governance.gray.trusted-peers",
					"'" + text + "' is neither an IP address nor a network",
					"Write addresses and networks as in 127.0.0.1, 10.0.0.0/8, ::1/128", null);
		}

		private static int bits(String text) {
			try {
				return Integer.parseInt(text);
			}
			catch (NumberFormatException ex) {
				return -1;
			}
		}

		boolean contains(byte[] other) {
			if (other.length != this.address.length) {
				return false;
			}
			for (int bit = 0; bit < this.bits; bit += 8) {
				int mask = (this.bits - bit >= 8) ? 0xff : 0xff << (8 - (this.bits - bit)) & 0xff;
				if (((other[bit / 8] ^ this.address[bit / 8]) & mask) != 0) {
					return false;
				}
			}
			return true;
		}

	}

}
