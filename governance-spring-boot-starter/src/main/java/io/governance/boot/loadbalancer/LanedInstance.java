package io.governance.boot.loadbalancer;

import io.governance.gray.LaneContext;
import io.governance.loadbalancer.Endpoint;

/**
 * The instance chosen for a reactive call. Carries the lanes of the call to whoever sends
 * it, on whatever thread.
 */
final class LanedInstance extends ChosenInstance {

	private final LaneContext lanes;

	LanedInstance(Endpoint endpoint, LaneContext lanes) {
		super(endpoint);
		this.lanes = lanes;
	}

	@Override
	public LaneContext lanes() {
		return this.lanes;
	}

}
