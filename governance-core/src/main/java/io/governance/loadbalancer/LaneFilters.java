package io.governance.loadbalancer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import io.governance.registry.Instance;

/**
 * The filters that a lane's instances pass, in this order: status and weight, ejection
 * and panic, zone, subset. Immutable.
 *
 * @param zone the zone of the caller; empty if not known
 * @param subset the caller's subset
 * @param settings how to filter
 */
record LaneFilters(String zone, Subset subset, LoadBalancerSettings settings) {

	/**
	 * A zone gets all calls of its callers down to this share of usable instances, as in
	 * Envoy (overprovisioning factor 1.4): the others can carry so much more.
	 */
	private static final float OVERPROVISIONING = 1.4f;

	/**
	 * Passes the instances of one lane through the filters.
	 * @param endpoints the instances
	 * @return what is left
	 */
	LaneSelection select(List<Endpoint> endpoints) {
		List<Endpoint> present = keep(endpoints, (endpoint) -> OutlierDetector.takesPart(endpoint.instance()));
		List<Endpoint> usable = keep(present, LaneFilters::isUsable);
		if (present.isEmpty()) {
			return LaneSelection.NONE;
		}
		// As integers: half of 10 is not below 50 %.
		if (usable.size() * 100L < present.size() * (long) this.settings.panicPercent()) {
			return subsetsOf(present, usable, true, present, List.of(), 1);
		}
		List<Endpoint> local = keep(usable, this::isLocal);
		if (!this.settings.zone().enabled() || this.zone.isEmpty() || local.isEmpty()) {
			return subsetsOf(present, usable, false, usable, List.of(), 1);
		}
		int localPresent = keep(present, this::isLocal).size();
		if (localPresent < this.settings.zone().minInstances()) {
			return subsetsOf(present, usable, false, usable, List.of(), 1);
		}
		List<Endpoint> others = keep(usable, (endpoint) -> !isLocal(endpoint));
		float share = others.isEmpty() ? 1 : Math.min(1, OVERPROVISIONING * local.size() / localPresent);
		return subsetsOf(present, usable, false, local, others, share);
	}

	private LaneSelection subsetsOf(List<Endpoint> present, List<Endpoint> usable, boolean panic,
			List<Endpoint> preferred, List<Endpoint> others, float share) {
		List<Endpoint> near = this.subset.of(preferred);
		List<Endpoint> far = this.subset.of(others);
		List<Endpoint> reserve = new ArrayList<>(without(preferred, near));
		reserve.addAll(without(others, far));
		return new LaneSelection(present, usable, panic, near, far, reserve, share);
	}

	private static List<Endpoint> without(List<Endpoint> endpoints, List<Endpoint> some) {
		if (endpoints.size() == some.size()) {
			return List.of();
		}
		Set<Endpoint> excluded = new HashSet<>(some);
		return keep(endpoints, (endpoint) -> !excluded.contains(endpoint));
	}

	private boolean isLocal(Endpoint endpoint) {
		return endpoint.instance().zone().equals(this.zone);
	}

	static boolean isUsable(Endpoint endpoint) {
		Instance instance = endpoint.instance();
		return instance.weight() > 0 && instance.status().takesCalls() && !endpoint.health().isAvoided();
	}

	/** Why an instance is not usable; empty if it is. */
	static String obstacle(Endpoint endpoint) {
		Instance instance = endpoint.instance();
		if (!instance.status().takesCalls()) {
			return instance.status().name();
		}
		if (instance.weight() == 0) {
			return "of weight 0";
		}
		return endpoint.health().isAvoided() ? endpoint.health().state().name() : "";
	}

	private static List<Endpoint> keep(List<Endpoint> endpoints, Predicate<Endpoint> condition) {
		return endpoints.stream().filter(condition).toList();
	}

}
