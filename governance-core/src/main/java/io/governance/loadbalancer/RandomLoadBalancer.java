package io.governance.loadbalancer;

import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Picks each endpoint with the same probability, whatever was picked before. Of weights
 * it knows only 0: no calls.
 */
public final class RandomLoadBalancer implements LoadBalancer {

	@Override
	public String name() {
		return "random";
	}

	@Override
	public boolean usesAffinity() {
		return false;
	}

	@Override
	public Picker newPicker(PickerInput input) {
		return new RandomPicker(input.weighted(), input.random());
	}

	private static final class RandomPicker implements Picker {

		private final Endpoint[] endpoints;

		private final RandomGenerator random;

		RandomPicker(Endpoint[] endpoints, RandomGenerator random) {
			this.endpoints = endpoints;
			this.random = random;
		}

		@Override
		public @Nullable Endpoint pick(PickRequest request) {
			int size = this.endpoints.length;
			return (size == 0) ? null : this.endpoints[this.random.nextInt(size)];
		}

	}

}
