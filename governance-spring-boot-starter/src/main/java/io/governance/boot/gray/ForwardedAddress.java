package io.governance.boot.gray;

import java.net.InetAddress;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.governance.boot.InvalidSettingException;
import io.governance.gray.IpNetwork;

/**
 * Finds the caller's address behind proxies that are trusted: from the right to the left
 * of what they appended, as far as they are trusted. Immutable.
 */
final class ForwardedAddress {

	/** What stands left of it is not looked at. */
	private static final int MAX_LENGTH = 2048;

	private final String header;

	private final boolean standard;

	private final TrustedPeers proxies;

	/**
	 * Creates the finder.
	 * @param header the header to which the proxies append
	 * @param proxies who is believed
	 * @throws InvalidSettingException if the header is not known
	 */
	ForwardedAddress(String header, TrustedPeers proxies) {
		this.header = header;
		this.standard = header.equalsIgnoreCase("Forwarded");
		this.proxies = proxies;
		if (!this.standard && !header.equalsIgnoreCase("X-Forwarded-For")) {
			throw new InvalidSettingException("governance.gray.forwarded-header",
					"'" + header + "' is not a header that tells an address", "Use X-Forwarded-For or Forwarded", null);
		}
	}

	String header() {
		return this.header;
	}

	/** Whether what a peer says about addresses counts. */
	boolean believes(@Nullable String peer) {
		return this.proxies.trusts(peer);
	}

	/**
	 * The caller's address.
	 * @param peer the address of a proxy that is trusted
	 * @param lines the header's lines
	 * @return the address nearest to the peer that is not trusted, or the farthest one if
	 * all are
	 */
	String find(String peer, List<String> lines) {
		String found = peer;
		for (int i = lines.size() - 1; i >= 0; i--) {
			String line = lines.get(i);
			int end = line.length();
			int first = Math.max(0, end - MAX_LENGTH);
			while (end > first) {
				int comma = line.lastIndexOf(',', end - 1);
				if (comma < first && first > 0) {
					return found;
				}
				InetAddress address = address(line.substring(comma + 1, end).trim());
				if (address == null) {
					return found;
				}
				found = IpNetwork.text(address);
				if (!this.proxies.trusts(address)) {
					return found;
				}
				end = comma;
			}
		}
		return found;
	}

	private @Nullable InetAddress address(String element) {
		return this.standard ? node(forParameter(element)) : node(element);
	}

	private static String forParameter(String element) {
		for (String pair : element.split(";")) {
			String trimmed = pair.trim();
			if (trimmed.regionMatches(true, 0, "for=", 0, 4)) {
				return unquoted(trimmed.substring(4).trim());
			}
		}
		return "";
	}

	private static String unquoted(String value) {
		return (value.length() > 1 && value.startsWith("\"") && value.endsWith("\""))
				? value.substring(1, value.length() - 1) : value;
	}

	/** An address, perhaps in brackets, perhaps with a port. */
	private static @Nullable InetAddress node(String text) {
		if (text.startsWith("[")) {
			int end = text.indexOf(']');
			return (end > 0) ? IpNetwork.address(text.substring(1, end)) : null;
		}
		int colon = text.indexOf(':');
		boolean port = colon > 0 && text.indexOf(':', colon + 1) < 0;
		return IpNetwork.address(port ? text.substring(0, colon) : text);
	}

}
