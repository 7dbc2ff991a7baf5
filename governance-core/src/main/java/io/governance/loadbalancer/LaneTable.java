package io.governance.loadbalancer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;

/**
 * What was computed for one list of instances, one policy and one state of their health.
 * Immutable but for what pickers remember.
 */
final class LaneTable {

	/** Stands for all lanes together; no lane has an empty name. */
	static final String ANY = "";

	private final List<Endpoint> endpoints;

	private final int revision;

	/** The groups of lanes by what is in them, {@link #ANY} among them if it is used. */
	private final Map<String, LaneGroup> own;

	/** The groups that calls of each lane go to, where not to that of stable ones. */
	private final Map<String, LaneGroup> lanes;

	/** Where calls go that nobody of the group of their lane can take. */
	private final Map<String, LaneGroup> reserves;

	private final LaneGroup stable;

	/** That of {@link #stable}, one step nearer to most picks. */
	private final Picker stablePicker;

	private LaneTable(List<Endpoint> endpoints, int revision, Map<String, LaneGroup> own, Map<String, LaneGroup> lanes,
			Map<String, LaneGroup> reserves, LaneGroup stable) {
		this.endpoints = endpoints;
		this.revision = revision;
		this.own = own;
		this.lanes = lanes;
		this.reserves = reserves;
		this.stable = stable;
		this.stablePicker = stable.pickers().picker();
	}

	/** Picks for a call of a lane, while this table is up to date. */
	@Nullable Endpoint pick(String lane, PickRequest request) {
		return (lane.equals(Instance.STABLE) ? this.stablePicker : group(lane).pickers().picker()).pick(request);
	}

	LaneGroup group(String lane) {
		if (lane.equals(Instance.STABLE)) {
			return this.stable;
		}
		LaneGroup group = this.lanes.get(lane);
		return (group != null) ? group : this.stable;
	}

	/** Where the lane falls back to, if that is not where its calls go anyway. */
	@Nullable LaneGroup reserve(String lane) {
		return this.reserves.get(this.lanes.containsKey(lane) ? lane : Instance.STABLE);
	}

	/** All known endpoints, in the order of their ids. */
	List<Endpoint> endpoints() {
		return this.endpoints;
	}

	int revision() {
		return this.revision;
	}

	/** The name of the lane that calls of a lane go to, or {@code null} if nowhere. */
	@Nullable String destination(String lane) {
		LaneGroup group = group(lane);
		return this.own.entrySet()
			.stream()
			.filter((entry) -> entry.getValue() == group)
			.map(Map.Entry::getKey)
			.findFirst()
			.orElse(null);
	}

	/** Tells which lanes went into panic since the table before, or came out of it. */
	void tellPanic(String service, LaneTable before, HealthLog log) {
		this.own.forEach((lane, group) -> {
			boolean panic = isPanicking(lane);
			if (panic != before.isPanicking(lane)) {
				log.add(new PanicEvent(service, lane, panic, group.selection().usable().size(),
						group.selection().present().size()));
			}
		});
		before.own.keySet()
			.stream()
			.filter((lane) -> !this.own.containsKey(lane) && before.isPanicking(lane))
			.forEach((lane) -> log.add(new PanicEvent(service, lane, false, 0, 0)));
	}

	/**
	 * Whether calls go to instances of the lane that are not well, for lack of others.
	 */
	private boolean isPanicking(String lane) {
		LaneGroup group = this.own.get(lane);
		return group != null && group.selection().panic() && (lane.equals(ANY) || group(lane) == group);
	}

	/** Computes tables. Immutable. */
	record Builder(LanePolicy policy, LaneFilters filters, LanePickersFactory pickers) {

		private static final LaneGroup NOBODY = new LaneGroup(LaneSelection.NONE, LanePickers.NONE,
				new Chance(PerThreadRandom.INSTANCE));

		LaneTable empty() {
			return new LaneTable(List.of(), 0, Map.of(), Map.of(), Map.of(), NOBODY);
		}

		/**
		 * Computes a table.
		 * @param endpoints all known endpoints, in the order of their ids
		 * @param revision the revision of their health, read before it is looked at
		 * @param previous the table that it replaces
		 * @return the table
		 */
		LaneTable build(List<Endpoint> endpoints, int revision, LaneTable previous) {
			Map<String, List<Endpoint>> byLane = new TreeMap<>();
			for (Endpoint endpoint : endpoints) {
				byLane.computeIfAbsent(endpoint.instance().lane(), (lane) -> new ArrayList<>()).add(endpoint);
			}
			if (this.policy.fallbacks().containsValue(LaneFallback.ANY)) {
				byLane.put(ANY, endpoints);
			}
			Map<String, LaneGroup> own = new TreeMap<>();
			byLane.forEach((lane, members) -> {
				LaneSelection selection = this.filters.select(members);
				if (!selection.present().isEmpty()) {
					own.put(lane, newGroup(selection, previous.own.get(lane)));
				}
			});
			LaneGroup stable = route(Instance.STABLE, own, NOBODY);
			Map<String, LaneGroup> lanes = new HashMap<>();
			this.policy.fallbacks().keySet().forEach((lane) -> lanes.put(lane, route(lane, own, stable)));
			own.keySet().forEach((lane) -> lanes.put(lane, route(lane, own, stable)));
			lanes.put(Instance.STABLE, stable);
			lanes.remove(ANY);
			Map<String, LaneGroup> reserves = new HashMap<>();
			lanes.forEach((lane, group) -> {
				LaneGroup fallback = fallback((group == stable) ? Instance.STABLE : lane, own, stable);
				if (fallback != group && fallback != NOBODY) {
					reserves.put(lane, fallback);
				}
			});
			return new LaneTable(endpoints, revision, own, Map.copyOf(lanes), Map.copyOf(reserves), stable);
		}

		private LaneGroup route(String lane, Map<String, LaneGroup> own, LaneGroup stable) {
			LaneGroup group = own.getOrDefault(lane, NOBODY);
			if (group.selection().hasUsable()) {
				return group;
			}
			LaneGroup fallback = fallback(lane, own, stable);
			// In need, a lane's own instances that are not well are better than nobody,
			// and than others that are not well either.
			return (group == NOBODY || fallback.selection().hasUsable()) ? fallback : group;
		}

		private LaneGroup fallback(String lane, Map<String, LaneGroup> own, LaneGroup stable) {
			return switch (this.policy.fallbackOf(lane)) {
				case STABLE -> stable;
				case ANY -> own.getOrDefault(ANY, NOBODY);
				case REFUSE -> NOBODY;
			};
		}

		private LaneGroup newGroup(LaneSelection selection, @Nullable LaneGroup previous) {
			LanePickers before = (previous != null) ? previous.pickers() : LanePickers.NONE;
			return new LaneGroup(selection,
					this.pickers.create(selection, this.filters.settings().zone().maxInFlight(), before),
					new Chance(this.pickers.random()));
		}

	}

}
