package io.governance.boot.gray;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.transport.ReceiverContext;

import io.governance.gray.GrayDecision;

/**
 * Tells the observation that the server makes of an inbound request which lanes it takes,
 * as {@value #LANES}; nothing if it is stable everywhere. Thread-safe.
 */
final class LaneObservations implements ObservationHandler<ReceiverContext<?>> {

	/** The key, of high cardinality: lanes of any number of services are one value. */
	static final String LANES = "governance.lanes";

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof ReceiverContext<?>;
	}

	@Override
	public void onStart(ReceiverContext<?> context) {
		tell(context, GrayDecision.current());
	}

	/**
	 * Tells what was decided. For where the observation has begun before.
	 * @param context the observation's context
	 * @param decision the decision
	 */
	static void tell(Observation.Context context, GrayDecision decision) {
		if (!decision.lanes().isStable()) {
			context.addHighCardinalityKeyValue(KeyValue.of(LANES, decision.lanes().toHeader()));
		}
	}

}
