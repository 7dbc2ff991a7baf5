package io.governance.loadbalancer;

/**
 * Hashes that are the same in every process and version.
 */
final class StableHash {

	private static final long FNV_OFFSET = 0xCBF29CE484222325L;

	private static final long FNV_PRIME = 0x100000001B3L;

	private StableHash() {
	}

	/**
	 * The hash of a text: FNV-1a over its UTF-16 units, mixed.
	 * @param text the text
	 * @return 64 bits, all as good as random
	 */
	static long of(CharSequence text) {
		long hash = FNV_OFFSET;
		for (int i = 0; i < text.length(); i++) {
			hash = (hash ^ text.charAt(i)) * FNV_PRIME;
		}
		return mix(hash);
	}

	/**
	 * Spreads a number over all bits, one to one: the finalizer of SplitMix64 (D.
	 * Stafford's variant 13).
	 * @param number the number
	 * @return 64 bits, all as good as random
	 */
	static long mix(long number) {
		long mixed = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
		mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
		return mixed ^ (mixed >>> 31);
	}

}
