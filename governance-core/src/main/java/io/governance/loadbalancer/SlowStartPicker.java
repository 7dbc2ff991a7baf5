package io.governance.loadbalancer;

import org.jspecify.annotations.Nullable;

/**
 * Lets an instance that ramps have only its share of the calls that an algorithm would
 * give it; the others go to the settled instances, by the same algorithm. Is there only
 * while somebody ramps. Thread-safe.
 */
final class SlowStartPicker implements Picker {

	private final Picker all;

	private final Picker settled;

	/** Whether new instances ramp, and not only those that returned. */
	private final boolean newcomers;

	private final CallClock clock;

	private final Chance chance;

	SlowStartPicker(Picker all, Picker settled, boolean newcomers, CallClock clock, Chance chance) {
		this.all = all;
		this.settled = settled;
		this.newcomers = newcomers;
		this.clock = clock;
		this.chance = chance;
	}

	@Override
	public @Nullable Endpoint pick(PickRequest request) {
		Endpoint endpoint = this.all.pick(request);
		if (endpoint == null) {
			return null;
		}
		EndpointHealth health = endpoint.health();
		Ramp ramp = health.ramp();
		if (ramp == null || isAdmitted(ramp, health, request)) {
			return endpoint;
		}
		return this.settled.pick(request);
	}

	private boolean isAdmitted(Ramp ramp, EndpointHealth health, PickRequest request) {
		if (!this.newcomers && !ramp.returned()) {
			return true;
		}
		float share = ramp.share(this.clock.last());
		return share >= 1 || this.chance.of(share, request, health.salt());
	}

}
