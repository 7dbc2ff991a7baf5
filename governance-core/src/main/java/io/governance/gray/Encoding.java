package io.governance.gray;

/**
 * UTF-8 of pieces of texts, without making a copy of them. A surrogate without its
 * partner is written as if it were a character: it stays different from everything else.
 */
final class Encoding {

	private Encoding() {
	}

	/** The number of octets of a piece of a text. */
	static int length(String text, int start, int end) {
		int length = 0;
		for (int i = start; i < end; i++) {
			int point = point(text, i, end);
			length += octets(point);
			i += (point > 0xffff) ? 1 : 0;
		}
		return length;
	}

	/**
	 * Writes a piece of a text.
	 * @return where the octets end
	 */
	static int encode(String text, int start, int end, byte[] to, int at) {
		for (int i = start; i < end; i++) {
			int point = point(text, i, end);
			int count = octets(point);
			for (int k = 0; k < count; k++) {
				to[at++] = octet(point, count, k);
			}
			i += (point > 0xffff) ? 1 : 0;
		}
		return at;
	}

	/** Whether octets are those of a piece of a text. */
	static boolean equal(byte[] octets, int at, int length, String text, int start, int end) {
		if (length < end - start) {
			return false;
		}
		int limit = at + length;
		for (int i = start; i < end; i++) {
			int point = text.charAt(i);
			if (point < 0x80) {
				if (at == limit || octets[at++] != point) {
					return false;
				}
				continue;
			}
			point = point(text, i, end);
			int count = octets(point);
			if (limit - at < count) {
				return false;
			}
			for (int k = 0; k < count; k++) {
				if (octets[at++] != octet(point, count, k)) {
					return false;
				}
			}
			i += (point > 0xffff) ? 1 : 0;
		}
		return at == limit;
	}

	private static int point(String text, int i, int end) {
		char c = text.charAt(i);
		return (Character.isHighSurrogate(c) && i + 1 < end && Character.isLowSurrogate(text.charAt(i + 1)))
				? Character.toCodePoint(c, text.charAt(i + 1)) : c;
	}

	private static int octets(int point) {
		if (point < 0x80) {
			return 1;
		}
		return (point < 0x800) ? 2 : (point < 0x10000) ? 3 : 4;
	}

	private static byte octet(int point, int count, int k) {
		if (count == 1) {
			return (byte) point;
		}
		int bits = point >> 6 * (count - 1 - k);
		return (byte) ((k == 0) ? 0xf00 >> count & 0xff | bits : 0x80 | bits & 0x3f);
	}

}
