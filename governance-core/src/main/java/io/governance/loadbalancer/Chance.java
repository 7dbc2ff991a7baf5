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
		int draw = (affinity != 0) ? (int) (StableHash.mix(affinity ^ salt) >>> 32) : this.random.nextInt();
		return (draw >>> 8) < share * (1 << 24);
	}

	/** A place to begin looking from, 0 or more. */
	int start(PickRequest request) {
		long affinity = request.affinity();
		return (affinity != 0) ? (int) (StableHash.mix(affinity) >>> 33) : this.random.nextInt() >>> 1;
	}

}
