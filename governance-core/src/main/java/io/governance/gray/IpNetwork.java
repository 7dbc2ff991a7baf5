package io.governance.gray;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * A network of IP addresses. Immutable; asks no name server.
 */
public final class IpNetwork {

	/** The groups of 16 bits of an address of IPv6. */
	private static final int GROUPS = 8;

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
		if (!IpBits.isAddress(text)) {
			return null;
		}
		byte[] octets = ByteBuffer.allocate(2 * Long.BYTES)
			.putLong(IpBits.high(text))
			.putLong(IpBits.low(text))
			.array();
		try {
			// Of those that stand for IPv4 it makes addresses of IPv4.
			return InetAddress.getByAddress(octets);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The one way to write an address: that of RFC 5952 for IPv6, without a zone, as
	 * other languages write it too.
	 * @param address the address
	 * @return the text, such as {@code 10.1.2.3} or {@code 2001:db8::1}
	 */
	public static String text(InetAddress address) {
		if (!(address instanceof Inet6Address)) {
			return address.getHostAddress();
		}
		ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
		int[] groups = new int[GROUPS];
		int gap = -1;
		int longest = 1;
		int zeros = 0;
		for (int i = 0; i < GROUPS; i++) {
			groups[i] = Short.toUnsignedInt(octets.getShort());
			zeros = (groups[i] == 0) ? zeros + 1 : 0;
			if (zeros > longest) {
				longest = zeros;
				gap = i + 1 - zeros;
			}
		}
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < GROUPS; i++) {
			if (i == gap) {
				text.append("::");
				i += longest - 1;
			}
			else {
				text.append((i == 0 || i == gap + longest) ? "" : ":").append(Integer.toHexString(groups[i]));
			}
		}
		return text.toString();
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
