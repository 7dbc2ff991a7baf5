package io.governance.loadbalancer;

import java.util.random.RandomGenerator;

/**
 * Decides by chance; for calls that belong together always in the same way, so that they
 * stay together. Thread-safe.
 */
final class Chance {

	private final RandomGenerator random;

	Chance(RandomGenerator random) {
		this.random = random;
	}

	/**
	 * Whether this is one of a share of the calls. For calls with an affinity that once
	 * is, it stays so while the share grows.
	 * @param share 0 (never) to 1 (always)
	 * @param request the call
	 * @param salt what is decided about, so that decisions do not depend on each other
	 */
	boolean of(float share, PickRequest request, long salt) {
		long affinity = request.affinity();
		int draw = (affinity != 0) ? (int) (mix(affinity ^ salt) >>> 32) : this.random.nextInt();
		return (draw >>> 8) < share * (1 << 24);
	}

	/** A place to begin looking from, 0 or more. */
	int start(PickRequest request) {
		long affinity = request.affinity();
		return (affinity != 0) ? (int) (mix(affinity) >>> 33) : this.random.nextInt() >>> 1;
	}

	/** The finalizer of SplitMix64: every bit depends on every other. */
	static long mix(long value) {
		long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
		mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
		return mixed ^ (mixed >>> 31);
	}

	/** 64 bits that stand for a text, the same in every process. */
	static long hash(String text) {
		long hash = 0xCBF29CE484222325L;
		for (int i = 0; i < text.length(); i++) {
			hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
		}
		return mix(hash);
	}

}
