package io.governance.loadbalancer;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

import io.governance.loadbalancer.EndpointHealth.Calls;
import org.jspecify.annotations.Nullable;

/**
 * How the success rate of each instance compares with the others of its lane since the
 * last comparison. Immutable.
 */
final class SuccessRates {

	private static final Verdict UNKNOWN = new Verdict(0, 0, 0, false, false, false);

	private final Map<EndpointHealth, Verdict> verdicts = new IdentityHashMap<>();

	SuccessRates(EndpointHealth[] members, OutlierSettings settings) {
		Map<EndpointHealth, Calls> calls = new IdentityHashMap<>();
		Map<String, Sums> lanes = new HashMap<>();
		for (EndpointHealth health : members) {
			Calls since = health.callsSinceCompared();
			calls.put(health, since);
			if (since.total() >= settings.minRequests() && health.passive().state() != HealthState.EJECTED) {
				lanes.computeIfAbsent(health.instance().lane(), (lane) -> new Sums()).add(since.rate());
			}
		}
		calls.forEach((health, since) -> this.verdicts.put(health,
				verdict(since, lanes.get(health.instance().lane()), settings)));
	}

	private static Verdict verdict(Calls calls, @Nullable Sums lane, OutlierSettings settings) {
		if (calls.total() == 0) {
			return UNKNOWN;
		}
		double rate = calls.rate();
		if (lane == null || lane.count < settings.minInstances() || calls.total() < settings.minRequests()) {
			return new Verdict(rate, 0, calls.total(), false, false, rate >= 1 - settings.tolerance());
		}
		double below = lane.mean() - rate;
		boolean notable = below > settings.tolerance();
		boolean warns = notable && below > settings.warnDeviations() * lane.deviation();
		boolean ejects = notable && below > settings.deviations() * lane.deviation();
		return new Verdict(rate, lane.mean(), calls.total(), warns, ejects, !warns);
	}

	Verdict of(EndpointHealth health) {
		return this.verdicts.getOrDefault(health, UNKNOWN);
	}

	/**
	 * What the comparison says of one instance.
	 *
	 * @param rate its success rate, 0 to 1
	 * @param mean that of its lane; 0 if too few could be compared
	 * @param calls its calls
	 * @param warns whether it is too low
	 * @param ejects whether it is far too low
	 * @param good whether it has answered calls, and well
	 */
	record Verdict(double rate, double mean, long calls, boolean warns, boolean ejects, boolean good) {
	}

	/** Adds success rates up. */
	private static final class Sums {

		private int count;

		private double sum;

		private double squares;

		void add(double rate) {
			this.count++;
			this.sum += rate;
			this.squares += rate * rate;
		}

		double mean() {
			return this.sum / this.count;
		}

		double deviation() {
			return Math.sqrt(Math.max(0, this.squares / this.count - mean() * mean()));
		}

	}

}
