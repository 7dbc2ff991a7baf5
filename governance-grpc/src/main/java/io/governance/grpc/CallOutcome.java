package io.governance.grpc;

import io.grpc.Status;

import io.governance.loadbalancer.Outcome;

/**
 * What the status of a call tells about the instance that answered.
 */
final class CallOutcome {

	private CallOutcome() {
	}

	static Outcome of(Status status) {
		return switch (status.getCode()) {
			case UNAVAILABLE, DEADLINE_EXCEEDED, INTERNAL, UNKNOWN, DATA_LOSS -> Outcome.FAILURE;
			case CANCELLED -> Outcome.CANCELLED;
			default -> Outcome.SUCCESS;
		};
	}

}
