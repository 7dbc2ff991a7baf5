package io.governance.loadbalancer;

import org.jspecify.annotations.Nullable;

/**
 * Picks the endpoints one after the other. As long as picks rarely meet, all threads
 * together see the exact cycle; under contention each of a bounded number of stripes runs
 * an exact cycle of its own. A change of the endpoints does not start the cycle anew: it
 * goes on where it was, and when their number changes, from a random one. Of weights it
 * knows only 0: no calls.
 */
public final class RoundRobinLoadBalancer implements LoadBalancer {

	@Override
	public String name() {
		return "round-robin";
	}

	@Override
	public boolean usesAffinity() {
		return false;
	}

	@Override
	public Picker newPicker(PickerInput input) {
		Endpoint[] endpoints = input.weighted();
		if (endpoints.length > RoundRobinPosition.MAX_SIZE) {
			throw new IllegalArgumentException("At most " + RoundRobinPosition.MAX_SIZE + " endpoints are supported");
		}
		int size = endpoints.length;
		if (!(input.previous() instanceof RoundRobinPicker previous)) {
			// Callers that start together must not all begin with the same endpoint.
			return new RoundRobinPicker(endpoints,
					new RoundRobinPosition((size > 1) ? input.random().nextInt(size) : 0));
		}
		if (size > 1 && size != previous.endpoints.length) {
			// Any fixed rule favours some endpoints when the list changes often.
			previous.position.moveTo(input.random().nextInt(size), size);
		}
		return new RoundRobinPicker(endpoints, previous.position);
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
