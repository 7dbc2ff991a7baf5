package io.governance.loadbalancer;

import org.jspecify.annotations.Nullable;

/**
 * Picks the endpoints one after the other. As long as picks rarely meet, all threads
 * together see the exact cycle; under contention each of a bounded number of stripes runs
 * an exact cycle of its own (see {@link RoundRobinPosition}). A change of the endpoints
 * does not start the cycle anew.
 */
public final class RoundRobinLoadBalancer implements LoadBalancer {

	@Override
	public String name() {
		return "round-robin";
	}

	@Override
	public Picker newPicker(PickerInput input) {
		Endpoint[] endpoints = input.endpoints().toArray(Endpoint[]::new);
		if (endpoints.length > RoundRobinPosition.MAX_SIZE) {
			throw new IllegalArgumentException("At most " + RoundRobinPosition.MAX_SIZE + " endpoints are supported");
		}
		if (input.previous() instanceof RoundRobinPicker previous) {
			return new RoundRobinPicker(endpoints, previous.position);
		}
		// Callers that start at the same time must not all begin with the same endpoint.
		int start = (endpoints.length > 1) ? input.random().nextInt(endpoints.length) : 0;
		return new RoundRobinPicker(endpoints, new RoundRobinPosition(start));
	}

	static final class RoundRobinPicker implements Picker {

		private final Endpoint[] endpoints;

		private final RoundRobinPosition position;

		RoundRobinPicker(Endpoint[] endpoints, RoundRobinPosition position) {
			this.endpoints = endpoints;
			this.position = position;
		}

		RoundRobinPosition position() {
			return this.position;
		}

		@Override
		public @Nullable Endpoint pick(PickRequest request) {
			Endpoint[] endpoints = this.endpoints;
			if (endpoints.length > 1) {
				return endpoints[this.position.next(endpoints.length)];
			}
			return (endpoints.length == 1) ? endpoints[0] : null;
		}

	}

}
