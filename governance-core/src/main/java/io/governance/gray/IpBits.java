package io.governance.gray;

/**
 * The bits of IP addresses, read from their texts without an object for them. IPv4
 * addresses are taken as those of IPv6 that stand for them, {@code ::ffff:0:0/96}.
 */
final class IpBits {

	/** What stands before the bits of an IPv4 address. */
	static final long V4 = 0xffffL << 32;

	private IpBits() {
	}

	/**
	 * Whether a text is an address: no name, no port, perhaps a zone behind a {@code %}.
	 */
	static boolean isAddress(String text) {
		return read(text, Part.VALID) != 0;
	}

	/** The first 64 bits of what {@link #isAddress} an address. */
	static long high(String text) {
		return read(text, Part.HIGH);
	}

	/** The last 64 bits of what {@link #isAddress} an address. */
	static long low(String text) {
		return read(text, Part.LOW);
	}

	/** Reads one part; 0 for what is no address. */
	private static long read(String text, Part part) {
		int zone = text.indexOf('%');
		int end = (zone < 0) ? text.length() : zone;
		if (end > 45) {
			return 0;
		}
		if (text.indexOf(':') < 0) {
			long bits = (zone < 0) ? v4(text, 0, end) : -1;
			return (bits < 0) ? 0 : part.of(0, V4 | bits);
		}
		return v6(text, end, part);
	}

	/** 32 bits, or -1. */
	private static long v4(String text, int start, int end) {
		long bits = 0;
		int octet = -1;
		int digits = 0;
		int octets = 0;
		for (int i = start; i <= end; i++) {
			char c = (i < end) ? text.charAt(i) : '.';
			if (c == '.') {
				if (digits == 0 || octet > 255 || ++octets > 4) {
					return -1;
				}
				bits = bits << 8 | octet;
				digits = 0;
			}
			else if (c >= '0' && c <= '9' && digits < 3) {
				octet = ((digits++ == 0) ? 0 : octet * 10) + c - '0';
			}
			else {
				return -1;
			}
		}
		return (octets == 4) ? bits : -1;
	}

	private static long v6(String text, int end, Part part) {
		long high = 0;
		long low = 0;
		int groups = 0;
		int gap = -1;
		int i = 0;
		if (text.startsWith("::")) {
			gap = 0;
			i = 2;
		}
		while (i < end) {
			int stop = i;
			while (stop < end && text.charAt(stop) != ':') {
				stop++;
			}
			int dot = (stop == end) ? text.indexOf('.', i) : -1;
			boolean dotted = dot >= 0 && dot < end;
			long bits = dotted ? v4(text, i, end) : group(text, i, stop);
			int width = dotted ? 2 : 1;
			if (bits < 0 || groups + width > 8) {
				return 0;
			}
			high = high << 16 * width | low >>> Long.SIZE - 16 * width;
			low = low << 16 * width | bits;
			groups += width;
			i = stop + 1;
			if (stop < end && i == end) {
				return 0;
			}
			if (i < end && text.charAt(i) == ':') {
				if (gap >= 0) {
					return 0;
				}
				gap = groups;
				i++;
			}
		}
		if ((gap < 0) ? groups != 8 : groups > 7) {
			return 0;
		}
		return (gap < 0) ? part.of(high, low) : opened(high, low, 16 * (groups - gap), 16 * (8 - groups), part);
	}

	/** Moves what stands before the gap, behind which there are some bits. */
	private static long opened(long high, long low, int behind, int gap, Part part) {
		long tailHigh = (behind > Long.SIZE) ? high & mask(behind - Long.SIZE) : 0;
		long tailLow = (behind >= Long.SIZE) ? low : low & mask(behind);
		long headHigh = high & ~tailHigh;
		long headLow = low & ~tailLow;
		long movedHigh = (gap >= Long.SIZE) ? shifted(headLow, gap - Long.SIZE)
				: headHigh << gap | headLow >>> Long.SIZE - gap;
		long movedLow = (gap >= Long.SIZE) ? 0 : headLow << gap;
		return part.of(movedHigh | tailHigh, movedLow | tailLow);
	}

	private static long shifted(long bits, int by) {
		return (by >= Long.SIZE) ? 0 : bits << by;
	}

	private static long mask(int bits) {
		return (bits == 0) ? 0 : -1L >>> Long.SIZE - bits;
	}

	/** 16 bits, or -1. */
	private static long group(String text, int start, int end) {
		if (start == end || end - start > 4) {
			return -1;
		}
		long bits = 0;
		for (int i = start; i < end; i++) {
			char c = text.charAt(i);
			int digit = (c < 0x80) ? Character.digit(c, 16) : -1;
			if (digit < 0) {
				return -1;
			}
			bits = bits << 4 | digit;
		}
		return bits;
	}

	/** What is asked for of an address. */
	private enum Part {

		VALID, HIGH, LOW;

		long of(long high, long low) {
			return switch (this) {
				case VALID -> 1;
				case HIGH -> high;
				case LOW -> low;
			};
		}

	}

}
