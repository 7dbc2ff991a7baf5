package io.governance.loadbalancer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;

/**
 * Picks instances of one service: keeps the {@link Endpoint}s of its instances and one
 * {@link Picker} for each lane. All is computed when instances or policy change, and
 * becomes visible as a whole. Thread-safe; picks take no lock.
 */
public final class ServiceBalancer {

	private final String service;

	private final LoadBalancer loadBalancer;

	private final String zone;

	private final LongSupplier ticker;

	private final CallClock clock;

	private final RandomGenerator random;

	private final Map<String, String> settings;

	private LanePolicy policy;

	private volatile Table table;

	/**
	 * Creates a balancer that knows no instance yet, with the system's clock and
	 * randomness.
	 * @param service the service's name
	 * @param loadBalancer the algorithm
	 * @param zone the zone of the caller; empty if not known
	 * @param policy what to do for lanes without instances
	 */
	public ServiceBalancer(String service, LoadBalancer loadBalancer, String zone, LanePolicy policy) {
		this(service, loadBalancer, zone, policy, System::nanoTime, PerThreadRandom.INSTANCE, Map.of());
	}

	/**
	 * Creates a balancer that knows no instance yet.
	 * @param service the service's name
	 * @param loadBalancer the algorithm
	 * @param zone the zone of the caller; empty if not known
	 * @param policy what to do for lanes without instances
	 * @param ticker a clock in nanoseconds, for durations only
	 * @param random the source of randomness; thread-safe
	 * @param settings the algorithm's settings
	 */
	public ServiceBalancer(String service, LoadBalancer loadBalancer, String zone, LanePolicy policy,
			LongSupplier ticker, RandomGenerator random, Map<String, String> settings) {
		this.service = service;
		this.loadBalancer = loadBalancer;
		this.zone = zone;
		this.policy = policy;
		this.ticker = ticker;
		this.clock = new CallClock(ticker);
		this.random = random;
		this.settings = Map.copyOf(settings);
		this.table = new Table(List.of(), Map.of(), LaneGroup.NONE, Map.of(), LaneGroup.NONE);
	}

	/**
	 * The service's name.
	 * @return the name
	 */
	public String service() {
		return this.service;
	}

	/**
	 * Takes over the instances as they are now. Those that take no calls or have weight 0
	 * stay known but are not picked. An instance that was known before keeps its
	 * statistics. Does nothing if nothing changed.
	 * @param instances all instances of the service, each id once
	 */
	public synchronized void update(List<Instance> instances) {
		Map<String, Endpoint> known = new HashMap<>();
		for (Endpoint endpoint : this.table.endpoints) {
			known.put(endpoint.instance().id(), endpoint);
		}
		Map<String, Endpoint> endpoints = new TreeMap<>();
		for (Instance instance : instances) {
			Endpoint endpoint = known.get(instance.id());
			endpoints.put(instance.id(),
					(endpoint != null) ? endpoint.describedAs(instance) : new Endpoint(instance, this.clock));
		}
		List<Endpoint> list = List.copyOf(endpoints.values());
		if (!list.equals(this.table.endpoints)) {
			rebuild(list);
		}
	}

	/**
	 * Changes what happens to calls of lanes without instances.
	 * @param policy the new policy
	 */
	public synchronized void lanes(LanePolicy policy) {
		if (!policy.equals(this.policy)) {
			this.policy = policy;
			rebuild(this.table.endpoints);
		}
	}

	/**
	 * Picks an instance for a call: one of the lane, else one of where the lane falls
	 * back to. Takes no lock and allocates nothing, also for a lane that nobody knows.
	 * @param lane the name of the lane; {@link Instance#STABLE} for the ordinary one
	 * @param request what is known of the call
	 * @return the endpoint, or {@code null} if there is none
	 */
	public @Nullable Endpoint pick(String lane, PickRequest request) {
		return this.table.group(lane).pick(request);
	}

	/**
	 * Picks an instance for a further try of a call: one that need not be avoided, in the
	 * same way as {@link #pick(String, PickRequest)} where that finds one, else any other
	 * that the call may go to, those of the caller's zone first. Takes no lock and
	 * allocates nothing.
	 * @param lane the name of the lane; {@link Instance#STABLE} for the ordinary one
	 * @param request what is known of the call
	 * @param avoid who must not be picked, such as those that were tried already (see
	 * {@link Endpoint#isSameInstance}); asked more than once for one endpoint, quick and
	 * without side effects
	 * @return the endpoint, or {@code null} if all must be avoided or there is none
	 */
	public @Nullable Endpoint pick(String lane, PickRequest request, Predicate<? super Endpoint> avoid) {
		return this.table.group(lane).pick(request, avoid);
	}

	/**
	 * All known instances, whether they take calls or not.
	 * @return the endpoints in the order of their ids, immutable
	 */
	public List<Endpoint> endpoints() {
		return this.table.endpoints;
	}

	/**
	 * Tells in one sentence why {@link #pick} has nothing to pick, for error messages.
	 * Not for hot paths; never holds the name of the lane, which may come from outside.
	 * @return the reason as far as it can be told from the instances known now
	 */
	public String whyNone() {
		Table table = this.table;
		if (table.endpoints.isEmpty()) {
			return "Service '" + this.service + "' has no instances";
		}
		if (table.own.isEmpty()) {
			return "Service '" + this.service + "' has no instance that takes calls, but "
					+ count(table.endpoints, ServiceBalancer::obstacle);
		}
		return "Service '" + this.service + "' has no instance that takes calls in the lane asked for, nor where that"
				+ " lane falls back to; instances by lane: "
				+ count(table.endpoints, (instance) -> (obstacle(instance).isEmpty() ? instance.lane()
						: instance.lane() + " " + obstacle(instance)));
	}

	private static String obstacle(Instance instance) {
		if (!instance.status().takesCalls()) {
			return instance.status().name();
		}
		return (instance.weight() > 0) ? "" : "of weight 0";
	}

	private static String count(List<Endpoint> endpoints, Function<Instance, String> by) {
		return endpoints.stream()
			.map(Endpoint::instance)
			.collect(Collectors.groupingBy(by, TreeMap::new, Collectors.counting()))
			.entrySet()
			.stream()
			.map((entry) -> entry.getValue() + " " + entry.getKey())
			.collect(Collectors.joining(", "));
	}

	private void rebuild(List<Endpoint> endpoints) {
		Map<String, List<Endpoint>> groups = new TreeMap<>();
		List<Endpoint> all = new ArrayList<>();
		for (Endpoint endpoint : endpoints) {
			Instance instance = endpoint.instance();
			if (instance.status().takesCalls() && instance.weight() > 0) {
				groups.computeIfAbsent(instance.lane(), (lane) -> new ArrayList<>()).add(endpoint);
				all.add(endpoint);
			}
		}
		Map<String, LaneGroup> own = new HashMap<>();
		groups.forEach((lane, group) -> own.put(lane, newGroup(group, this.table.own.get(lane))));
		boolean anyUsed = this.policy.fallbacks().containsValue(LaneFallback.ANY);
		LaneGroup any = anyUsed ? newGroup(all, (this.table.any != LaneGroup.NONE) ? this.table.any : null)
				: LaneGroup.NONE;
		LaneGroup stable = own.getOrDefault(Instance.STABLE, fallback(Instance.STABLE, LaneGroup.NONE, any));
		Map<String, LaneGroup> lanes = new HashMap<>();
		this.policy.fallbacks().keySet().forEach((lane) -> lanes.put(lane, fallback(lane, stable, any)));
		lanes.putAll(own);
		lanes.put(Instance.STABLE, stable);
		this.table = new Table(endpoints, own, any, Map.copyOf(lanes), stable);
	}

	private LaneGroup fallback(String lane, LaneGroup stable, LaneGroup any) {
		return switch (this.policy.fallbackOf(lane)) {
			case STABLE -> stable;
			case ANY -> any;
			case REFUSE -> LaneGroup.NONE;
		};
	}

	private LaneGroup newGroup(List<Endpoint> endpoints, @Nullable LaneGroup previous) {
		Picker picker = this.loadBalancer.newPicker(new PickerInput(endpoints, this.zone, this.ticker, this.random,
				this.settings, (previous != null) ? previous.picker() : null));
		return new LaneGroup(picker, List.of(endpoints), this.random);
	}

	@Override
	public String toString() {
		return this.service + this.table.endpoints;
	}

	/**
	 * What was computed for one list of instances and one policy.
	 *
	 * @param endpoints all known endpoints, in the order of their ids
	 * @param own the groups of the lanes that have instances
	 * @param any the group of all lanes; nobody while no lane falls back to it
	 * @param lanes the groups of all lanes that have instances or a declared fallback
	 * @param stable the group of the stable lane and of all lanes not in {@code lanes}
	 */
	private record Table(List<Endpoint> endpoints, Map<String, LaneGroup> own, LaneGroup any,
			Map<String, LaneGroup> lanes, LaneGroup stable) {

		LaneGroup group(String lane) {
			if (lane.equals(Instance.STABLE)) {
				return this.stable;
			}
			LaneGroup group = this.lanes.get(lane);
			return (group != null) ? group : this.stable;
		}

	}

}
