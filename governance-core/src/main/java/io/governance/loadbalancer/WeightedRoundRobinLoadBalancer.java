package io.governance.loadbalancer;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Picks the endpoints in turn, each as often as its weight says and as evenly spread as
 * can be: weights 5, 1, 1 give a a b a c a a, as in nginx. The whole round is computed
 * when endpoints or weights change, so that a pick costs what one of a round robin does,
 * with the same behaviour under contention. A new round begins at a random turn: nobody
 * is favoured by changes, however many.
 */
public final class WeightedRoundRobinLoadBalancer implements LoadBalancer {

	@Override
	public String name() {
		return "weighted-round-robin";
	}

	@Override
	public boolean usesAffinity() {
		return false;
	}

	@Override
	public Picker newPicker(PickerInput input) {
		Endpoint[] endpoints = input.weighted();
		int[] weights = Weights.of(endpoints);
		if (input.previous() instanceof WeightedRoundRobinPicker previous && previous.isFor(endpoints, weights)) {
			return new WeightedRoundRobinPicker(endpoints, weights, previous.sequence, previous.position);
		}
		int[] sequence = WeightedSequence.of(weights);
		if (sequence.length > RoundRobinPosition.MAX_SIZE) {
			throw new IllegalArgumentException("At most " + RoundRobinPosition.MAX_SIZE + " turns are supported");
		}
		int start = (sequence.length > 1) ? input.random().nextInt(sequence.length) : 0;
		if (!(input.previous() instanceof WeightedRoundRobinPicker previous)) {
			return new WeightedRoundRobinPicker(endpoints, weights, sequence, new RoundRobinPosition(start));
		}
		if (sequence.length > 1) {
			previous.position.moveTo(start, sequence.length);
		}
		return new WeightedRoundRobinPicker(endpoints, weights, sequence, previous.position);
	}

	static final class WeightedRoundRobinPicker implements Picker {

		private final Endpoint[] endpoints;

		private final int[] weights;

		private final int[] sequence;

		/** The endpoints in the order of the sequence. */
		private final Endpoint[] turns;

		private final RoundRobinPosition position;

		WeightedRoundRobinPicker(Endpoint[] endpoints, int[] weights, int[] sequence, RoundRobinPosition position) {
			this.endpoints = endpoints;
			this.weights = weights;
			this.sequence = sequence;
			this.turns = Arrays.stream(sequence).mapToObj((index) -> endpoints[index]).toArray(Endpoint[]::new);
			this.position = position;
		}

		boolean isFor(Endpoint[] endpoints, int[] weights) {
			return Arrays.equals(this.weights, weights) && Arrays.equals(this.endpoints, endpoints,
					(a, b) -> a.instance().id().compareTo(b.instance().id()));
		}

		RoundRobinPosition position() {
			return this.position;
		}

		@Override
		public @Nullable Endpoint pick(PickRequest request) {
			Endpoint[] turns = this.turns;
			if (turns.length > 1) {
				return turns[this.position.next(turns.length)];
			}
			return (turns.length == 1) ? turns[0] : null;
		}

	}

}
