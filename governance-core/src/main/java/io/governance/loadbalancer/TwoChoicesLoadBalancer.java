package io.governance.loadbalancer;

import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Draws two endpoints and picks the one that will probably answer sooner (P2C): the one
 * of lower cost, which is what its calls take, times one more than the number of them
 * that are under way. What calls take is a peak EWMA as in Finagle: it rises at once with
 * a slow answer and falls with time, so that an endpoint that was slow is tried again.
 * <ul>
 * <li>An endpoint without an answer so far counts as being as fast as the other one, so
 * that it is neither avoided nor flooded.</li>
 * <li>Failures multiply the cost, the more of the last calls failed: by two after a
 * single one, by hundreds where most fail. One that only fails is tried every few
 * seconds, and is back soon after it answers. Whoever fails fast is not fast.</li>
 * <li>With weights, endpoints are drawn by weight, calls under way count in relation to
 * it, and the second one must cost a third to be preferred. So shares follow weights
 * while there is little to do, and capacity when there is much.</li>
 * </ul>
 */
public final class TwoChoicesLoadBalancer implements LoadBalancer {

	/**
	 * With {@link #penalty} of 2 after one failure, and of 26 if half of the calls fail.
	 */
	private static final float PENALTY = 100;

	/** The least share of calls that are taken to succeed; keeps the penalty finite. */
	private static final float LEAST_SUCCESS = 1e-4f;

	@Override
	public String name() {
		return "p2c";
	}

	@Override
	public boolean usesAffinity() {
		return false;
	}

	@Override
	public Picker newPicker(PickerInput input) {
		Endpoint[] endpoints = input.weighted();
		int[] weights = Weights.of(endpoints);
		return Weights.equal(weights) ? new TwoChoicesPicker(endpoints, input.random())
				: new WeightedTwoChoicesPicker(endpoints, weights, input.random());
	}

	private static final class TwoChoicesPicker implements Picker {

		private static final long LOW = (1L << Integer.SIZE) - 1;

		private final Endpoint[] endpoints;

		private final InstanceStats[] stats;

		private final RandomGenerator random;

		TwoChoicesPicker(Endpoint[] endpoints, RandomGenerator random) {
			this.endpoints = endpoints;
			this.stats = InstanceStats.of(endpoints);
			this.random = random;
		}

		@Override
		public @Nullable Endpoint pick(PickRequest request) {
			int size = this.endpoints.length;
			if (size < 2) {
				return (size == 0) ? null : this.endpoints[0];
			}
			long random = this.random.nextLong();
			int first = (int) (((random >>> Integer.SIZE) * size) >>> Integer.SIZE);
			int second = (int) (((random & LOW) * (size - 1)) >>> Integer.SIZE);
			if (second >= first) {
				second++;
			}
			return this.endpoints[cheaper(this.stats, first, 1, second, 1, 1)];
		}

	}

	private static final class WeightedTwoChoicesPicker implements Picker {

		private static final float CLEARLY = 3;

		private final Endpoint[] endpoints;

		private final InstanceStats[] stats;

		private final float[] relative;

		private final AliasTable table;

		private final RandomGenerator random;

		WeightedTwoChoicesPicker(Endpoint[] endpoints, int[] weights, RandomGenerator random) {
			this.endpoints = endpoints;
			this.stats = InstanceStats.of(endpoints);
			this.relative = Weights.relative(weights);
			this.table = new AliasTable(weights);
			this.random = random;
		}

		@Override
		public Endpoint pick(PickRequest request) {
			int first = this.table.draw(this.random.nextLong());
			int second = this.table.draw(this.random.nextLong());
			if (second == first) {
				int size = this.endpoints.length;
				second = first + 1 + this.random.nextInt(size - 1);
				second -= (second < size) ? 0 : size;
			}
			return this.endpoints[cheaper(this.stats, first, this.relative[first], second, this.relative[second],
					CLEARLY)];
		}

	}

	private static int cheaper(InstanceStats[] stats, int first, float firstRelative, int second, float secondRelative,
			float clearly) {
		InstanceStats a = stats[first];
		InstanceStats b = stats[second];
		// In a service all endpoints have one clock; others may each have their own.
		long now = a.clock().last();
		now += Math.max(0, b.clock().last() - now);
		float latencyOfA = a.latencyNanos(now);
		float latencyOfB = b.latencyNanos(now);
		if (latencyOfA == 0 || latencyOfB == 0) {
			latencyOfA = 1;
			latencyOfB = 1;
		}
		float costOfA = latencyOfA * penalty(a, now) * (1 + a.inFlight() * firstRelative);
		float costOfB = latencyOfB * penalty(b, now) * (1 + b.inFlight() * secondRelative);
		// Costs are above 0, and such numbers compare as their bits do. A branch that is
		// taken every other time would cost more than all the rest.
		int difference = Float.floatToRawIntBits(costOfB * clearly) - Float.floatToRawIntBits(costOfA);
		return first + ((second - first) & (difference >> (Integer.SIZE - 1)));
	}

	private static float penalty(InstanceStats stats, long now) {
		float failures = stats.failureScore(now);
		if (failures == 0) {
			return 1;
		}
		return 1 + PENALTY * failures * failures * failures / Math.max(LEAST_SUCCESS, 1 - failures);
	}

}
