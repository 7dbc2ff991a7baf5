package io.governance.gray;

/**
 * MurmurHash3 of 32 bits (x86 variant, Austin Appleby) over the UTF-8 bytes of a text,
 * computed without making those bytes.
 */
final class Murmur3 {

	private static final int C1 = 0xcc9e2d51;

	private static final int C2 = 0x1b873593;

	private Murmur3() {
	}

	/**
	 * The hash of a text.
	 * @param seed the seed
	 * @param text the text; a surrogate without its partner counts as {@code ?}
	 * @return the hash, to be read as an unsigned number
	 */
	static int hash32(int seed, String text) {
		int hash = seed;
		int length = text.length();
		int all = 0;
		int at = 0;
		while (at + 4 <= length) {
			int block = 0;
			for (int k = 0; k < 4; k++) {
				int c = text.charAt(at++);
				all |= c;
				block |= c << 8 * k;
			}
			hash = added(hash, mixed(block));
		}
		int rest = 0;
		for (int k = 0; at < length; k++) {
			int c = text.charAt(at++);
			all |= c;
			rest |= c << 8 * k;
		}
		return (all < 0x80) ? finished(hash ^ mixed(rest) ^ length) : ofOctets(seed, text);
	}

	/** Also for characters that take more than one octet. */
	private static int ofOctets(int seed, String text) {
		int hash = seed;
		int block = 0;
		int octets = 0;
		int length = text.length();
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			long encoded;
			int count;
			if (c < 0x80) {
				encoded = c;
				count = 1;
			}
			else if (c < 0x800) {
				encoded = 0xc0 | c >> 6 | (0x80 | c & 0x3f) << 8;
				count = 2;
			}
			else if (!Character.isSurrogate(c)) {
				encoded = 0xe0 | c >> 12 | (0x80 | c >> 6 & 0x3f) << 8 | (0x80 | c & 0x3f) << 16;
				count = 3;
			}
			else if (i + 1 < length && Character.isSurrogatePair(c, text.charAt(i + 1))) {
				int point = Character.toCodePoint(c, text.charAt(++i));
				encoded = 0xf0 | point >> 18 | (0x80 | point >> 12 & 0x3f) << 8 | (0x80 | point >> 6 & 0x3f) << 16
						| (0x80L | point & 0x3f) << 24;
				count = 4;
			}
			else {
				encoded = '?';
				count = 1;
			}
			for (int k = 0; k < count; k++) {
				block |= (int) (encoded >>> 8 * k & 0xff) << 8 * (octets & 3);
				if ((++octets & 3) == 0) {
					hash = added(hash, mixed(block));
					block = 0;
				}
			}
		}
		return finished(hash ^ mixed(block) ^ octets);
	}

	/** The hash with another block of four octets, mixed. */
	static int added(int hash, int mixed) {
		return Integer.rotateLeft(hash ^ mixed, 13) * 5 + 0xe6546b64;
	}

	/** What a block of at most four octets adds to a hash. */
	static int mixed(int block) {
		return Integer.rotateLeft(block * C1, 15) * C2;
	}

	/** The finaliser: makes a number whose remainders say nothing about each other. */
	static int finished(int hash) {
		int mixed = (hash ^ (hash >>> 16)) * 0x85ebca6b;
		mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
		return mixed ^ (mixed >>> 16);
	}

}
