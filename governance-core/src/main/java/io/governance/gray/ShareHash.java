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
			return 100 * Integer.remainderUnsigned(hash, 100) + Integer.remainderUnsigned(Murmur3.finished(hash), 100);
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
			return Integer.remainderUnsigned(Murmur3.hash32(seed, id), PercentageStrategy.ALL);
		}

	};

	abstract int seed(@Nullable String salt);

	/** From 0 to 9,999. */
	abstract int bucket(int seed, String id);

}
