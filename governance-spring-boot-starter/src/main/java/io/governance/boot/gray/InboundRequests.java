package io.governance.boot.gray;

import io.governance.gray.GrayDecision;

/**
 * Counts inbound requests in {@code governance.gray.requests}: to be called, by servers
 * of other protocols than HTTP, whose requests are counted already. There is a bean of it
 * where there are gray rules and a meter registry. Thread-safe; on the path of every
 * request: no I/O.
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
