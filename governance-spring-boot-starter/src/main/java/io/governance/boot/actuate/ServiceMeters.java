package io.governance.boot.actuate;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.HealthEvent.Cause;
import io.governance.loadbalancer.HealthState;
import io.governance.loadbalancer.InstanceStats;
import io.governance.loadbalancer.Outcome;
import io.governance.loadbalancer.ServiceBalancer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/**
 * The meters of the calls to one service. An instance that is there when all places are
 * taken is counted among the others until it leaves: no count moves from one meter to
 * another. Thread-safe.
 */
final class ServiceMeters {

	/** Stands for all instances and lanes that have no meters of their own. */
	private static final String OTHER = "other";

	private final MeterRegistry registry;

	private final ServiceBalancer balancer;

	private final int max;

	private final Map<InstanceStats, Own> own = new IdentityHashMap<>();

	private final Map<InstanceStats, InstanceCalls> among = new IdentityHashMap<>();

	/** By lane. */
	private final Map<String, OtherCalls> others = new HashMap<>();

	/**
	 * Registers the meters of a service.
	 * @param max how many instances have meters of their own
	 * @param panics the lanes in panic, as they are at any time
	 */
	ServiceMeters(MeterRegistry registry, ServiceBalancer balancer, int max, Set<String> panics) {
		this.registry = registry;
		this.balancer = balancer;
		this.max = max;
		for (HealthState state : HealthState.values()) {
			Gauge.builder("governance.loadbalancer.health", this, (meters) -> meters.count(state))
				.tags("service", balancer.service(), "state", name(state))
				.description("Instances by what this process makes of them")
				.register(registry);
		}
		Gauge.builder("governance.loadbalancer.panic", panics, Set::size)
			.tags("service", balancer.service())
			.description("Lanes of which all instances are called, since too few are usable")
			.register(registry);
		// Counters are there before they count: what begins with 1 is no increase.
		for (Cause cause : EnumSet.complementOf(EnumSet.of(Cause.OTHER))) {
			ejections(registry, balancer.service(), cause);
		}
	}

	/** Counts the ejections of the instances of a service. */
	static Counter ejections(MeterRegistry registry, String service, Cause cause) {
		return Counter.builder("governance.loadbalancer.ejections")
			.tags("service", service, "reason", name(cause))
			.description("Instances that stopped getting calls for what this process makes of them")
			.register(registry);
	}

	/** Follows the instances as they are now. */
	synchronized void update() {
		Map<InstanceStats, Endpoint> known = new IdentityHashMap<>();
		this.balancer.endpoints().forEach((endpoint) -> known.put(endpoint.stats(), endpoint));
		Map<InstanceStats, Endpoint> moved = new IdentityHashMap<>();
		for (Iterator<Own> all = this.own.values().iterator(); all.hasNext();) {
			Own one = all.next();
			if (isElsewhere(one.calls, known, moved)) {
				all.remove();
				one.meters.forEach(this.registry::remove);
			}
		}
		for (Iterator<InstanceCalls> all = this.among.values().iterator(); all.hasNext();) {
			InstanceCalls one = all.next();
			if (isElsewhere(one, known, moved)) {
				all.remove();
				this.others.values().forEach((calls) -> calls.remove(one));
			}
		}
		// In the order of the list, so that each start has the same instances among the
		// others.
		for (Endpoint endpoint : this.balancer.endpoints()) {
			InstanceStats stats = endpoint.stats();
			if (!this.own.containsKey(stats) && !this.among.containsKey(stats)) {
				add(endpoint, moved.containsKey(stats));
			}
		}
	}

	private static boolean isElsewhere(InstanceCalls calls, Map<InstanceStats, Endpoint> known,
			Map<InstanceStats, Endpoint> moved) {
		Endpoint endpoint = known.get(calls.stats());
		if (endpoint == null) {
			return true;
		}
		if (!endpoint.instance().lane().equals(calls.lane())) {
			moved.put(calls.stats(), endpoint);
			return true;
		}
		return false;
	}

	private void add(Endpoint endpoint, boolean anew) {
		InstanceCalls calls = new InstanceCalls(endpoint, anew);
		String id = endpoint.instance().id();
		if (this.own.size() < this.max && !id.equals(OTHER)) {
			this.own.put(calls.stats(), new Own(calls, register(id, calls)));
		}
		else {
			this.among.put(calls.stats(), calls);
			othersOf(calls.lane()).add(calls);
		}
	}

	private List<Meter> register(String id, InstanceCalls calls) {
		List<Meter> meters = new ArrayList<>();
		for (Outcome outcome : Outcome.values()) {
			meters.add(picks(
					FunctionCounter.builder("governance.loadbalancer.picks", calls, (source) -> source.ended(outcome)),
					id, calls.lane(), outcome));
		}
		meters.add(inFlight(Gauge.builder("governance.loadbalancer.inflight", calls.stats(), InstanceStats::inFlight),
				id));
		return meters;
	}

	private OtherCalls othersOf(String lane) {
		String name = (this.others.containsKey(lane) || this.others.size() < this.max) ? lane : OTHER;
		return this.others.computeIfAbsent(name, this::registerOthers);
	}

	private OtherCalls registerOthers(String lane) {
		OtherCalls created = new OtherCalls();
		for (Outcome outcome : Outcome.values()) {
			picks(FunctionCounter.builder("governance.loadbalancer.picks", created, (source) -> source.ended(outcome)),
					OTHER, lane, outcome);
		}
		if (this.others.isEmpty()) {
			inFlight(Gauge.builder("governance.loadbalancer.inflight", this, ServiceMeters::othersInFlight), OTHER);
		}
		return created;
	}

	private synchronized int othersInFlight() {
		return this.others.values().stream().mapToInt(OtherCalls::inFlight).sum();
	}

	private FunctionCounter picks(FunctionCounter.Builder<?> builder, String instance, String lane, Outcome outcome) {
		return builder
			.tags(Tags.of("service", this.balancer.service(), "instance", instance, "lane", lane, "outcome",
					name(outcome)))
			.description("Tries of calls that have ended, by the instance that was picked and how it went")
			.register(this.registry);
	}

	private Gauge inFlight(Gauge.Builder<?> builder, String instance) {
		return builder.tags("service", this.balancer.service(), "instance", instance)
			.description("Tries of calls under way")
			.register(this.registry);
	}

	private double count(HealthState state) {
		return this.balancer.endpoints().stream().filter((endpoint) -> endpoint.health().state() == state).count();
	}

	static String name(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

	/** An instance with meters of its own. */
	private record Own(InstanceCalls calls, List<Meter> meters) {
	}

}
