package io.governance.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;

import io.governance.gray.GrayDecision;

/**
 * Decides the lanes of calls that come in. Thread-safe; on the path of every call: no
 * I/O.
 */
@FunctionalInterface
public interface LaneDecider {

	/**
	 * Decides the lanes of a call.
	 * @param call the call
	 * @param headers its metadata, from which lanes that are not to be believed are taken
	 * away
	 * @return the decision; {@link GrayDecision#STABLE} if there is none
	 */
	GrayDecision decide(ServerCall<?, ?> call, Metadata headers);

}
