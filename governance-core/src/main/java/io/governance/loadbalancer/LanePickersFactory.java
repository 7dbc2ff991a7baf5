package io.governance.loadbalancer;

import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Makes the pickers of lanes. Immutable.
 *
 * @param loadBalancer the algorithm
 * @param zone the zone of the caller; empty if not known
 * @param ticker a clock in nanoseconds
 * @param clock the clock of the service
 * @param random the source of randomness
 * @param settings the algorithm's settings
 */
record LanePickersFactory(LoadBalancer loadBalancer, String zone, LongSupplier ticker, CallClock clock,
		RandomGenerator random, Map<String, String> settings) {

	/**
	 * Makes the pickers of a lane.
	 * @param selection who calls of the lane go to
	 * @param maxInFlight calls under way beyond which a call goes to another zone, 0 for
	 * no bound
	 * @param previous the lane's pickers so far
	 * @return the pickers
	 */
	LanePickers create(LaneSelection selection, int maxInFlight, LanePickers previous) {
		if (selection.preferred().isEmpty()) {
			return LanePickers.NONE;
		}
		Part preferred = part(selection.preferred(), previous.preferred(), previous.preferredSettled());
		if (selection.others().isEmpty() || (selection.preferredShare() == 1 && maxInFlight == 0)) {
			return new LanePickers(preferred.picker, preferred.all, preferred.settled, null, null);
		}
		Part others = part(selection.others(), previous.others(), previous.othersSettled());
		Picker picker = new ZonePicker(preferred.picker, others.picker, selection.preferredShare(), maxInFlight,
				new Chance(this.random));
		return new LanePickers(picker, preferred.all, preferred.settled, others.all, others.settled);
	}

	private Part part(List<Endpoint> endpoints, @Nullable Picker previous, @Nullable Picker previousSettled) {
		Picker all = picker(endpoints, previous);
		long now = this.clock.last();
		boolean newcomers = SlowStart.newcomersRamp(endpoints, now);
		List<Endpoint> settled = SlowStart.settled(endpoints, newcomers, now);
		if (settled.isEmpty() || settled.size() == endpoints.size()) {
			return new Part(all, all, null);
		}
		Picker ofSettled = picker(settled, previousSettled);
		return new Part(new SlowStartPicker(all, ofSettled, newcomers, this.clock, new Chance(this.random)), all,
				ofSettled);
	}

	private Picker picker(List<Endpoint> endpoints, @Nullable Picker previous) {
		return this.loadBalancer
			.newPicker(new PickerInput(endpoints, this.zone, this.ticker, this.random, this.settings, previous));
	}

	private record Part(Picker picker, Picker all, @Nullable Picker settled) {
	}

}
