package io.governance.boot.gray;

import io.governance.gray.GrayDecision;

/**
 * Told of inbound requests that have ended, for servers of other protocols than HTTP,
 * whose requests are told already. Thread-safe; on the path of every request: no I/O.
 */
@FunctionalInterface
public interface InboundRequests {

	/**
	 * A request has ended.
	 * @param decision what was decided about it
	 * @param outcome how it ended
	 * @param nanos how long it took, in nanoseconds
	 */
	void ended(GrayDecision decision, RequestOutcome outcome, long nanos);

}
