package io.governance.loadbalancer;

import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * What the calls of one lane are picked from. Immutable but for what its pickers
 * remember; thread-safe.
 */
final class LaneGroup {

	/** Nobody. */
	static final LaneGroup NONE = new LaneGroup((request) -> null, List.of(), PerThreadRandom.INSTANCE);

	/** How often a picker may come up with somebody to avoid before all are looked at. */
	private static final int TRIES = 3;

	private final Picker picker;

	/** Those that are preferred, then the next best and so on. */
	private final Endpoint[][] tiers;

	private final RandomGenerator random;

	/**
	 * Creates a group.
	 * @param picker picks for an ordinary call
	 * @param tiers who may be picked: those that are preferred first, then the next best,
	 * each endpoint once
	 * @param random the source of randomness
	 */
	LaneGroup(Picker picker, List<List<Endpoint>> tiers, RandomGenerator random) {
		this.picker = picker;
		this.tiers = tiers.stream().map((tier) -> tier.toArray(Endpoint[]::new)).toArray(Endpoint[][]::new);
		this.random = random;
	}

	@Nullable Endpoint pick(PickRequest request) {
		return this.picker.pick(request);
	}

	/**
	 * Picks somebody who need not be avoided; as the picker does while that finds one.
	 */
	@Nullable Endpoint pick(PickRequest request, Predicate<? super Endpoint> avoid) {
		for (int i = 0; i < TRIES; i++) {
			Endpoint endpoint = this.picker.pick(request);
			if (endpoint == null) {
				return null;
			}
			if (!avoid.test(endpoint)) {
				return endpoint;
			}
		}
		// Calls that belong together also go to the same second choice.
		int start = (int) (mix((request.affinity() != 0) ? request.affinity() : this.random.nextLong()) >>> 33);
		for (Endpoint[] tier : this.tiers) {
			for (int i = 0; i < tier.length; i++) {
				Endpoint endpoint = tier[(start % tier.length + i) % tier.length];
				if (!avoid.test(endpoint)) {
					return endpoint;
				}
			}
		}
		return null;
	}

	/** The finalizer of SplitMix64: every bit depends on every other. */
	private static long mix(long value) {
		long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
		mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
		return mixed ^ (mixed >>> 31);
	}

	Picker picker() {
		return this.picker;
	}

}
