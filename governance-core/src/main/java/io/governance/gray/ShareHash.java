package io.governance.gray;

import org.jspecify.annotations.Nullable;

/**
 * How a share tells who is in it.
 */
public enum ShareHash {

	/**
	 * FNV-1a modulo 100, as in the Go services of a fleet. Small shares of different
	 * salts overlap more or less than independent ones would.
	 */
	FNV1A {

		@Override
		int seed(@Nullable String salt) {
			return (salt != null) ? Fnv1a.hash32(salt + ":") : Fnv1a.OFFSET_BASIS;
		}

		@Override
		int bucket(int seed, String id) {
			int hash = Fnv1a.hash32(seed, id);
			return 100 * remainder(hash, 100) + remainder(Murmur3.finished(hash), 100);
		}

		@Override
		long members(int[] seeds, Share[] shares, String id) {
			int length = id.length();
			long members = 0;
			for (int i = 0; i < seeds.length; i += LANES) {
				int a = seeds[i];
				int b = seeds[i + 1];
				int c = seeds[i + 2];
				int d = seeds[i + 3];
				int all = 0;
				for (int k = 0; k < length; k++) {
					int octet = id.charAt(k);
					all |= octet;
					a = Fnv1a.add(a, octet);
					b = Fnv1a.add(b, octet);
					c = Fnv1a.add(c, octet);
					d = Fnv1a.add(d, octet);
				}
				if (all >= 0x80) {
					return oneByOne(seeds, shares, id);
				}
				members |= (isBelow(a, shares[i]) | isBelow(b, shares[i + 1]) << 1 | isBelow(c, shares[i + 2]) << 2
						| isBelow(d, shares[i + 3]) << 3) << i;
			}
			return members;
		}

		private static long isBelow(int hash, Share share) {
			int basisPoints = share.basisPoints();
			int whole = remainder(hash, 100) - basisPoints / 100;
			return (whole < 0 || (whole == 0 && remainder(Murmur3.finished(hash), 100) < basisPoints % 100)) ? 1 : 0;
		}

	},

	/** MurmurHash3: shares of different salts are independent of each other. */
	MURMUR3 {

		@Override
		int seed(@Nullable String salt) {
			return (salt != null) ? Murmur3.hash32(0, salt) : 0;
		}

		@Override
		int bucket(int seed, String id) {
			return remainder(Murmur3.hash32(seed, id), PercentageStrategy.ALL);
		}

		@Override
		long members(int[] seeds, Share[] shares, String id) {
			int length = id.length();
			long members = 0;
			for (int i = 0; i < seeds.length; i += LANES) {
				int a = seeds[i];
				int b = seeds[i + 1];
				int c = seeds[i + 2];
				int d = seeds[i + 3];
				int all = 0;
				int at = 0;
				for (; at + 4 <= length; at += 4) {
					int first = id.charAt(at);
					int second = id.charAt(at + 1);
					int third = id.charAt(at + 2);
					int fourth = id.charAt(at + 3);
					all |= first | second | third | fourth;
					int block = Murmur3.mixed(first | second << 8 | third << 16 | fourth << 24);
					a = Murmur3.added(a, block);
					b = Murmur3.added(b, block);
					c = Murmur3.added(c, block);
					d = Murmur3.added(d, block);
				}
				int rest = 0;
				for (int shift = 0; at < length; shift += 8) {
					int octet = id.charAt(at++);
					all |= octet;
					rest |= octet << shift;
				}
				if (all >= 0x80) {
					return oneByOne(seeds, shares, id);
				}
				int last = Murmur3.mixed(rest) ^ length;
				members |= (isBelow(a ^ last, shares[i]) | isBelow(b ^ last, shares[i + 1]) << 1
						| isBelow(c ^ last, shares[i + 2]) << 2 | isBelow(d ^ last, shares[i + 3]) << 3) << i;
			}
			return members;
		}

		private static long isBelow(int hash, Share share) {
			return (remainder(Murmur3.finished(hash), PercentageStrategy.ALL) < share.basisPoints()) ? 1 : 0;
		}

	};

	/** So many seeds are hashed side by side: the processor need not wait for one. */
	static final int LANES = 4;

	abstract int seed(@Nullable String salt);

	/** From 0 to 9,999. */
	abstract int bucket(int seed, String id);

	/**
	 * Which of several shares an id is in.
	 * @param seeds the seed of each, a multiple of {@value #LANES}, at most 64
	 * @param shares the shares
	 * @param id the id
	 * @return a bit for each
	 */
	abstract long members(int[] seeds, Share[] shares, String id);

	long oneByOne(int[] seeds, Share[] shares, String id) {
		long members = 0;
		for (int i = 0; i < seeds.length; i++) {
			members |= ((bucket(seeds[i], id) < shares[i].basisPoints()) ? 1L : 0) << i;
		}
		return members;
	}

	/** As an unsigned number's; with a constant faster than a division. */
	private static int remainder(int hash, int divisor) {
		return (int) (Integer.toUnsignedLong(hash) % divisor);
	}

}
