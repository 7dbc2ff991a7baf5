package io.governance.gray;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A network of IP addresses. Immutable; asks no name server.
 */
public final class IpNetwork {

	private static final Pattern LITERAL = Pattern
		.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

	private final byte[] address;

	private final int bits;

	private IpNetwork(byte[] address, int bits) {
		this.address = address;
		this.bits = bits;
	}

	/**
	 * Reads a network.
	 * @param text an address such as {@code 127.0.0.1} or {@code ::1}, or a network such
	 * as {@code 10.0.0.0/8}
	 * @return the network
	 * @throws IllegalArgumentException if it is neither
	 */
	public static IpNetwork parse(String text) {
		int slash = text.indexOf('/');
		InetAddress address = address((slash < 0) ? text : text.substring(0, slash));
		if (address != null) {
			int size = address.getAddress().length * 8;
			int bits = (slash < 0) ? size : bits(text.substring(slash + 1));
			if (bits >= 0 && bits <= size) {
				return new IpNetwork(address.getAddress(), bits);
			}
		}
		throw new IllegalArgumentException("Neither an IP address nor a network: '" + text + "'");
	}

	private static int bits(String text) {
		try {
			return Integer.parseInt(text);
		}
		catch (NumberFormatException ex) {
			return -1;
		}
	}

	/**
	 * Reads an address.
	 * @param text the address, perhaps with a zone behind a {@code %}
	 * @return the address, or {@code null} if it is none, such as a name
	 */
	public static @Nullable InetAddress address(String text) {
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

	/**
	 * Whether an address is in this network.
	 * @param address the address
	 * @return {@code true} if it is
	 */
	public boolean contains(InetAddress address) {
		byte[] other = address.getAddress();
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

	@Override
	public String toString() {
		try {
			return InetAddress.getByAddress(this.address).getHostAddress() + "/" + this.bits;
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
