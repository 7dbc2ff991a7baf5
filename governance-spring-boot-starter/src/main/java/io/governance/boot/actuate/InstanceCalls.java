package io.governance.boot.actuate;

import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.InstanceStats;
import io.governance.loadbalancer.Outcome;

/**
 * The calls to an instance since a moment, read from the statistics that are kept anyway:
 * counting costs calls nothing. Immutable apart from the statistics.
 */
final class InstanceCalls {

	private final InstanceStats stats;

	private final String lane;

	private final long succeeded;

	private final long failed;

	private final long cancelled;

	/**
	 * Begins to count now.
	 * @param endpoint the instance
	 * @param anew whether calls that ended before are left out
	 */
	InstanceCalls(Endpoint endpoint, boolean anew) {
		this.stats = endpoint.stats();
		this.lane = endpoint.instance().lane();
		this.succeeded = anew ? this.stats.succeeded() : 0;
		this.failed = anew ? this.stats.failed() : 0;
		this.cancelled = anew ? this.stats.cancelled() : 0;
	}

	InstanceStats stats() {
		return this.stats;
	}

	String lane() {
		return this.lane;
	}

	long ended(Outcome outcome) {
		return switch (outcome) {
			case SUCCESS -> this.stats.succeeded() - this.succeeded;
			case FAILURE -> this.stats.failed() - this.failed;
			case CANCELLED -> this.stats.cancelled() - this.cancelled;
		};
	}

}
