package io.governance.boot.call;

import io.micrometer.observation.Observation;
import io.micrometer.observation.transport.SenderContext;
import org.jspecify.annotations.Nullable;

import io.governance.boot.call.CallListener.RetryReason;
import io.governance.loadbalancer.Endpoint;

/**
 * Tells the observation that the client itself makes of a call where its tries go:
 * {@code governance.instance} and {@code governance.lane} of the last one, their number
 * {@code governance.tries}, and an event {@code governance.retry} for each further one.
 */
final class CallTrace {

	/** Nobody observes. */
	static final CallTrace NONE = new CallTrace(null);

	private final @Nullable Observation observation;

	private CallTrace(@Nullable Observation observation) {
		this.observation = observation;
	}

	/**
	 * Takes an observation over.
	 * @param current the current one; ignored unless it is that of a call going out
	 */
	static CallTrace of(@Nullable Observation current) {
		return (current != null && !current.isNoop() && current.getContextView() instanceof SenderContext<?>)
				? new CallTrace(current) : NONE;
	}

	/**
	 * A try goes to an instance.
	 * @param number its number, from 1
	 * @param reason why there is a further one; {@code null} for the first
	 */
	void tries(int number, Endpoint endpoint, @Nullable RetryReason reason) {
		Observation observation = this.observation;
		if (observation == null) {
			return;
		}
		String id = endpoint.instance().id();
		observation.highCardinalityKeyValue("governance.instance", id)
			.highCardinalityKeyValue("governance.lane", endpoint.instance().lane())
			.highCardinalityKeyValue("governance.tries", Integer.toString(number));
		if (reason != null) {
			observation.event(Observation.Event.of("governance.retry",
					"try " + number + " at " + id + ", since the one before was " + words(reason)));
		}
	}

	private static String words(RetryReason reason) {
		return switch (reason) {
			case NOT_SENT -> "not sent";
			case TIMED_OUT -> "not answered in time";
			case BROKEN_OFF -> "broken off";
			case STATUS -> "answered with a status that is tried again";
		};
	}

}
