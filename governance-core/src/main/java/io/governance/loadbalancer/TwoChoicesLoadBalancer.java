package io.governance.loadbalancer;

import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Draws two endpoints and picks the one that will probably answer sooner (P2C): the one
 * of lower cost, which is what its calls take, times one more than the number of them
 * that are under way. What calls take is a peak EWMA as in Finagle: it rises at once with
 * a slow answer and falls with time, so that an endpoint that was slow is tried again.
 * <ul>
 * <li>An endpoint without an answer so far counts as one of ordinary latency: it is
 * neither avoided nor flooded.</li>
 * <li>Failures cost what many ordinary calls do, and more the more of the last calls
 * failed: whoever fails fast is not fast. A single failure after successes costs about
 * one call; one that only fails gets a call every few seconds, and is back soon after it
 * answers.</li>
 * <li>With weights, endpoints are drawn by weight, calls under way count in relation to
 * it, and the second one must be half as costly to be preferred. So shares follow weights
 * while there is little to do, and capacity when there is much.</li>
 * </ul>
 */
public final class TwoChoicesLoadBalancer implements LoadBalancer {

	/** How many ordinary calls the failures cost where all calls failed, at the least. */
	private static final float PENALTY = 100;

	/** Of one call; keeps the penalty finite. */
	private static final float LEAST_SUCCESS = 1e-4f;

	@Override
	public String name() {
		return "p2c";
	}

	@Override
	public Picker newPicker(PickerInput input) {
		Endpoint[] endpoints = input.weighted();
		int[] weights = Weights.of(endpoints);
		return Weights.equal(weights) ? new TwoChoicesPicker(endpoints, input.random())
				: new WeightedTwoChoicesPicker(endpoints, weights, input.random());
	}

	/**
	 * What a call to an endpoint costs.
	 * @param stats its statistics
	 * @param relative how much a call under way counts
	 * @param now the time
	 * @param typical what calls to the service take on average, in nanoseconds
	 * @return nanoseconds, above 0
	 */
	static float cost(InstanceStats stats, float relative, long now, float typical) {
		float cost = stats.latencyNanos(now);
		if (cost == 0) {
			cost = typical;
		}
		float failures = stats.failureScore(now);
		if (failures != 0) {
			cost += typical * PENALTY * failures * failures * failures / Math.max(LEAST_SUCCESS, 1 - failures);
		}
		return cost * (1 + stats.inFlight() * relative);
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

		private static final float CLEARLY = 2;

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
		float typical = Math.max(1, Math.max(a.clock().typicalNanos(), b.clock().typicalNanos()));
		return (cost(b, secondRelative, now, typical) * clearly < cost(a, firstRelative, now, typical)) ? second
				: first;
	}

}
