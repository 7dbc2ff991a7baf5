package io.governance.loadbalancer;

import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Picks each endpoint with a probability in proportion to its weight, whatever was picked
 * before: one random number and one look-up for a pick, however many endpoints there are.
 */
public final class WeightedRandomLoadBalancer implements LoadBalancer {

	@Override
	public String name() {
		return "weighted-random";
	}

	@Override
	public boolean usesAffinity() {
		return false;
	}

	@Override
	public Picker newPicker(PickerInput input) {
		Endpoint[] endpoints = input.weighted();
		return new WeightedRandomPicker(endpoints, new AliasTable(Weights.of(endpoints)), input.random());
	}

	private static final class WeightedRandomPicker implements Picker {

		private final Endpoint[] endpoints;

		private final AliasTable table;

		private final RandomGenerator random;

		WeightedRandomPicker(Endpoint[] endpoints, AliasTable table, RandomGenerator random) {
			this.endpoints = endpoints;
			this.table = table;
			this.random = random;
		}

		@Override
		public @Nullable Endpoint pick(PickRequest request) {
			return (this.endpoints.length == 0) ? null : this.endpoints[this.table.draw(this.random.nextLong())];
		}

	}

}
