package io.governance.loadbalancer;

import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Picks an endpoint with the fewest calls under way in relation to its weight, and among
 * equals one at random by weight. Up to {@value #EXACT} endpoints are all looked at; of
 * more, {@value #CHOICES} that are drawn by weight, which bounds the work: with d
 * choices, the busiest of n endpoints is above the average by about ln ln n / ln d calls
 * (M. Mitzenmacher, "The power of two choices in randomized load balancing", IEEE
 * Transactions on Parallel and Distributed Systems 12(10), 2001).
 */
public final class LeastInFlightLoadBalancer implements LoadBalancer {

	static final int EXACT = 16;

	static final int CHOICES = 5;

	@Override
	public String name() {
		return "least-in-flight";
	}

	@Override
	public boolean usesAffinity() {
		return false;
	}

	@Override
	public Picker newPicker(PickerInput input) {
		Endpoint[] endpoints = input.weighted();
		return (endpoints.length <= EXACT) ? new ExactPicker(endpoints, input.random())
				: new SamplingPicker(endpoints, input.random());
	}

	private abstract static class LeastPicker implements Picker {

		/** An odd number whose multiples are well spread (P. L'Ecuyer, 1999). */
		private static final long NEXT = 0x27BB2EE687B0B0FDL;

		protected final Endpoint[] endpoints;

		protected final InstanceStats[] stats;

		protected final float[] relative;

		protected final RandomGenerator random;

		LeastPicker(Endpoint[] endpoints, RandomGenerator random) {
			this.endpoints = endpoints;
			this.stats = InstanceStats.of(endpoints);
			this.relative = Weights.relative(Weights.of(endpoints));
			this.random = random;
		}

		static long next(long random) {
			return random * NEXT + 1;
		}

		/** Whether an event of this probability happens. */
		static boolean happens(long random, float probability) {
			return (random >>> 40) < probability * (1 << 24);
		}

	}

	private static final class ExactPicker extends LeastPicker {

		private final float[] weights;

		ExactPicker(Endpoint[] endpoints, RandomGenerator random) {
			super(endpoints, random);
			this.weights = new float[endpoints.length];
			for (int i = 0; i < endpoints.length; i++) {
				this.weights[i] = endpoints[i].instance().weight();
			}
		}

		@Override
		public @Nullable Endpoint pick(PickRequest request) {
			if (this.endpoints.length == 0) {
				return null;
			}
			long random = this.random.nextLong();
			int least = 0;
			float load = Float.POSITIVE_INFINITY;
			float equals = 0;
			for (int i = 0; i < this.stats.length; i++) {
				float other = this.stats[i].inFlight() * this.relative[i];
				float weight = this.weights[i];
				if (other < load) {
					load = other;
					least = i;
					equals = weight;
				}
				else if (other == load) {
					equals += weight;
					random = next(random);
					if (happens(random, weight / equals)) {
						least = i;
					}
				}
			}
			return this.endpoints[least];
		}

	}

	private static final class SamplingPicker extends LeastPicker {

		private final AliasTable table;

		SamplingPicker(Endpoint[] endpoints, RandomGenerator random) {
			super(endpoints, random);
			this.table = new AliasTable(Weights.of(endpoints));
		}

		@Override
		public Endpoint pick(PickRequest request) {
			// The first of equals stays: each of them is as likely to be the first.
			int least = this.table.draw(this.random.nextLong());
			float load = this.stats[least].inFlight() * this.relative[least];
			for (int choice = 1; choice < CHOICES && load > 0; choice++) {
				int i = this.table.draw(this.random.nextLong());
				float other = this.stats[i].inFlight() * this.relative[i];
				if (other < load) {
					load = other;
					least = i;
				}
			}
			return this.endpoints[least];
		}

	}

}
