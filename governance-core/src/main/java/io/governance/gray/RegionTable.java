package io.governance.gray;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The regions of networks of IP addresses. Of networks within each other the smallest
 * counts. They are laid flat when they are read: looking up is one binary search, and
 * allocates nothing. Immutable.
 */
final class RegionTable {

	private static final int V4_BITS = 96;

	private final long[] highs;

	private final long[] lows;

	/** The region from there on; -1 for none. */
	private final int[] regionOf;

	private final String[] regions;

	private RegionTable(Flat flat, List<String> regions) {
		this.highs = flat.highs.stream().mapToLong(Long::longValue).toArray();
		this.lows = flat.lows.stream().mapToLong(Long::longValue).toArray();
		this.regionOf = flat.regions.stream().mapToInt(Integer::intValue).toArray();
		this.regions = regions.toArray(String[]::new);
	}

	/**
	 * Reads a table.
	 * @param document where its name is written
	 * @param text its text: lines of a network, a comma and a region
	 * @return the table
	 * @throws InvalidRulesException if a line is not valid
	 */
	static RegionTable read(RulesNode document, String text) {
		Map<String, Integer> regions = new HashMap<>();
		List<String> names = new ArrayList<>();
		List<Network> networks = new ArrayList<>();
		TextLines lines = new TextLines(text);
		while (lines.next()) {
			String line = lines.content();
			int comma = line.indexOf(',');
			String region = line.substring(comma + 1).strip();
			if (comma < 0 || region.isEmpty() || region.indexOf(',') >= 0) {
				throw document.invalidLine(lines.line(),
						"is not a network, a comma and a region: write 10.1.0.0/16,cn-east");
			}
			int index = regions.computeIfAbsent(region, (name) -> {
				names.add(name);
				return names.size() - 1;
			});
			networks.add(Network.read(document, lines.line(), line.substring(0, comma).strip(), index));
		}
		if (networks.stream().noneMatch(Network::isV4)) {
			// A network of IPv6 that is wide enough does not mean those of IPv4 too.
			networks.add(new Network(0, IpBits.V4, V4_BITS, -1, 0));
		}
		networks.sort(Network.ORDER);
		return new RegionTable(flat(document, networks), names);
	}

	/** Cuts networks within each other into pieces that do not overlap. */
	private static Flat flat(RulesNode document, List<Network> networks) {
		Flat flat = new Flat();
		List<Network> open = new ArrayList<>();
		Network before = null;
		for (Network network : networks) {
			if (before != null && Network.ORDER.compare(before, network) == 0) {
				if (before.region != network.region) {
					throw document.invalidLine(network.line, "names the network of line " + before.line
							+ " again, with another region: keep one of them");
				}
				continue;
			}
			closeBefore(network, open, flat);
			flat.add(network.high, network.low, network.region);
			open.add(network);
			before = network;
		}
		closeBefore(null, open, flat);
		return flat;
	}

	private static void closeBefore(@Nullable Network next, List<Network> open, Flat flat) {
		while (!open.isEmpty()) {
			Network last = open.get(open.size() - 1);
			if (next != null && last.contains(next)) {
				return;
			}
			open.remove(open.size() - 1);
			long low = last.lastLow() + 1;
			long high = last.lastHigh() + ((low == 0) ? 1 : 0);
			if (high != 0 || low != 0) {
				flat.add(high, low, open.isEmpty() ? -1 : open.get(open.size() - 1).region);
			}
		}
	}

	/**
	 * The region of an address.
	 * @param address what may be an address
	 * @return the index of its region, or -1 if it has none or is no address
	 */
	int region(String address) {
		if (!IpBits.isAddress(address)) {
			return -1;
		}
		long high = IpBits.high(address);
		long low = IpBits.low(address);
		int from = 0;
		int to = this.highs.length - 1;
		while (from <= to) {
			int middle = (from + to) >>> 1;
			int order = compare(this.highs[middle], this.lows[middle], high, low);
			if (order == 0) {
				return this.regionOf[middle];
			}
			if (order < 0) {
				from = middle + 1;
			}
			else {
				to = middle - 1;
			}
		}
		return (to < 0) ? -1 : this.regionOf[to];
	}

	String name(int region) {
		return this.regions[region];
	}

	private static int compare(long high, long low, long otherHigh, long otherLow) {
		int order = Long.compareUnsigned(high, otherHigh);
		return (order != 0) ? order : Long.compareUnsigned(low, otherLow);
	}

	/** A network of a region, as it is read. */
	private record Network(long high, long low, int bits, int region, int line) {

		/** Those that hold others come before them. */
		static final Comparator<Network> ORDER = ((Comparator<Network>) (one, other) -> compare(one.high, one.low,
				other.high, other.low))
			.thenComparing(Network::bits);

		static Network read(RulesNode document, int line, String text, int region) {
			int slash = text.indexOf('/');
			String address = (slash < 0) ? text : text.substring(0, slash);
			boolean v6 = address.indexOf(':') >= 0;
			int most = v6 ? 128 : 32;
			int bits = (slash < 0) ? most : bits(text.substring(slash + 1));
			if (!IpBits.isAddress(address) || address.indexOf('%') >= 0 || bits < 0 || bits > most) {
				throw document.invalidLine(line,
						"does not begin with an IP address or a network: write 10.1.0.0/16,cn-east");
			}
			Network network = new Network(IpBits.high(address), IpBits.low(address), v6 ? bits : V4_BITS + bits, region,
					line);
			if ((network.low & ~network.lowMask()) != 0 || (network.high & ~network.highMask()) != 0) {
				throw document.invalidLine(line,
						"names an address within its network: set the bits behind the first " + bits + " to 0");
			}
			return network;
		}

		private static int bits(String text) {
			return text.matches("0|[1-9][0-9]{0,2}") ? Integer.parseInt(text) : -1;
		}

		/** Whether it is all of IPv4. */
		boolean isV4() {
			return this.high == 0 && this.low == IpBits.V4 && this.bits == V4_BITS;
		}

		long highMask() {
			return (this.bits == 0) ? 0 : -1L << Math.max(0, Long.SIZE - this.bits);
		}

		long lowMask() {
			return (this.bits <= Long.SIZE) ? 0 : -1L << 2 * Long.SIZE - this.bits;
		}

		long lastHigh() {
			return this.high | ~highMask();
		}

		long lastLow() {
			return this.low | ~lowMask();
		}

		boolean contains(Network other) {
			return this.bits <= other.bits && (other.high & highMask()) == this.high
					&& (other.low & lowMask()) == this.low;
		}

	}

	/** Where the pieces begin, in their order. */
	private static final class Flat {

		private final List<Long> highs = new ArrayList<>();

		private final List<Long> lows = new ArrayList<>();

		private final List<Integer> regions = new ArrayList<>();

		private void add(long high, long low, int region) {
			int last = this.highs.size() - 1;
			if (last >= 0 && this.highs.get(last) == high && this.lows.get(last) == low) {
				this.regions.set(last, region);
			}
			else if (last < 0 || this.regions.get(last) != region) {
				this.highs.add(high);
				this.lows.add(low);
				this.regions.add(region);
			}
		}

	}

}
