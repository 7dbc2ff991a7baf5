package io.governance.loadbalancer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;

/**
 * Why a call of a lane could go to each instance of a service, or could not, at one
 * moment. Immutable.
 *
 * @param service the service's name
 * @param lane the lane of the call
 * @param destination the lane that it goes to by the declared fallbacks; empty for any
 * lane, {@code null} if it is refused
 * @param panic whether all instances of that lane are called, since too few are usable
 * @param preferredShare the share of calls that the kept ones get, and not those for
 * spill-over, more than 0 and at most 1
 * @param candidates all known instances, in the order of their ids
 * @param picked the id of the one picked now for the request; {@code null} if there is
 * none
 */
public record Explanation(String service, String lane, @Nullable String destination, boolean panic,
		float preferredShare, List<Candidate> candidates, @Nullable String picked) {

	/**
	 * Creates an explanation.
	 */
	public Explanation {
		candidates = List.copyOf(candidates);
	}

	static Explanation of(String service, String lane, LaneTable table, LaneFilters filters, long now,
			@Nullable Endpoint picked, @Nullable Predicate<? super Endpoint> closed) {
		LaneGroup group = table.group(lane);
		String destination = table.destination(lane);
		Filtered filtered = new Filtered(group.selection(), destination, filters, closed, now);
		List<Candidate> candidates = new ArrayList<>();
		for (Endpoint endpoint : table.endpoints()) {
			candidates.add(filtered.candidate(endpoint));
		}
		return new Explanation(service, lane, destination, group.selection().panic(),
				group.selection().preferredShare(), candidates, (picked != null) ? picked.instance().id() : null);
	}

	/** What the filters did with an instance; in the order of the filters. */
	public enum Verdict {

		/** Dropped for its status. */
		STATUS,

		/** Dropped for its weight of 0. */
		WEIGHT,

		/** Dropped, since it is of another lane. */
		LANE,

		/** Dropped for its failures, or since it does not answer probes. */
		HEALTH,

		/**
		 * Kept for calls that spill over from the caller's zone, and for further tries.
		 */
		ZONE,

		/** Kept for further tries only: not in the caller's subset. */
		SUBSET,

		/** Kept, and gets no calls: its circuit breaker is open. */
		BREAKER,

		/** Kept. */
		KEPT

	}

	/**
	 * One instance.
	 *
	 * @param instanceId its id
	 * @param verdict what the filters did with it
	 * @param reason why, in words
	 * @param health what this process makes of it
	 * @param share the share that it gets of what the algorithm would give it, more than
	 * 0 and at most 1, less while it ramps
	 * @param inFlight calls to it under way
	 */
	public record Candidate(String instanceId, Verdict verdict, String reason, HealthState health, float share,
			int inFlight) {
	}

	/** What is left of a lane after its filters, to be asked for single instances. */
	private static final class Filtered {

		private final LaneSelection selection;

		private final @Nullable String destination;

		private final LaneFilters filters;

		private final @Nullable Predicate<? super Endpoint> closed;

		private final Set<Endpoint> preferred;

		private final Set<Endpoint> others;

		private final Set<Endpoint> reserve;

		private final Set<Endpoint> ramping = new HashSet<>();

		private final long now;

		Filtered(LaneSelection selection, @Nullable String destination, LaneFilters filters,
				@Nullable Predicate<? super Endpoint> closed, long now) {
			this.selection = selection;
			this.destination = destination;
			this.filters = filters;
			this.closed = closed;
			this.preferred = new HashSet<>(selection.preferred());
			this.others = new HashSet<>(selection.others());
			this.reserve = new HashSet<>(selection.reserve());
			this.now = now;
			this.ramping.addAll(SlowStart.ramping(selection.preferred(), now));
			this.ramping.addAll(SlowStart.ramping(selection.others(), now));
		}

		Candidate candidate(Endpoint endpoint) {
			Ramp ramp = this.ramping.contains(endpoint) ? endpoint.health().ramp() : null;
			Verdict verdict = verdict(endpoint);
			boolean kept = verdict == Verdict.KEPT || verdict == Verdict.ZONE || verdict == Verdict.SUBSET;
			verdict = (kept && this.closed != null && this.closed.test(endpoint)) ? Verdict.BREAKER : verdict;
			return new Candidate(endpoint.instance().id(), verdict, reason(endpoint, verdict),
					endpoint.health().state(), (ramp != null) ? ramp.share(this.now) : 1, endpoint.stats().inFlight());
		}

		private Verdict verdict(Endpoint endpoint) {
			if (this.preferred.contains(endpoint)) {
				return Verdict.KEPT;
			}
			if (this.others.contains(endpoint)) {
				return Verdict.ZONE;
			}
			if (this.reserve.contains(endpoint)) {
				return Verdict.SUBSET;
			}
			Instance instance = endpoint.instance();
			if (!instance.status().takesCalls()) {
				return Verdict.STATUS;
			}
			if (instance.weight() == 0) {
				return Verdict.WEIGHT;
			}
			boolean here = this.destination != null
					&& (this.destination.equals(LaneTable.ANY) || this.destination.equals(instance.lane()));
			return here ? Verdict.HEALTH : Verdict.LANE;
		}

		private String reason(Endpoint endpoint, Verdict verdict) {
			Instance instance = endpoint.instance();
			return switch (verdict) {
				case STATUS -> "its status is " + instance.status();
				case WEIGHT -> "its weight is 0";
				case LANE -> "it is of lane '" + instance.lane() + "', the call goes to "
						+ ((this.destination == null) ? "none" : "'" + this.destination + "'");
				case HEALTH -> health(endpoint.health(), this.now);
				case ZONE -> String.format(Locale.ROOT,
						"it is not in zone '%s', which gets %.0f %% of the calls while it is not too busy",
						this.filters.zone(), this.selection.preferredShare() * 100);
				case SUBSET -> "it is not one of the " + this.filters.subset().size() + " that this caller calls";
				case BREAKER -> "too many calls to it failed: its circuit breaker is open";
				case KEPT ->
					LaneFilters.isUsable(endpoint) ? "it is usable" : "too few are usable, so that all are called";
			};
		}

		private static String health(EndpointHealth health, long now) {
			return (health.state() == HealthState.EJECTED)
					? "it is ejected for another " + health.ejectedFor(now).toSeconds() + " s"
					: "it does not answer probes";
		}

	}

}
