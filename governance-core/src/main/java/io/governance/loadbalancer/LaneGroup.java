package io.governance.loadbalancer;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What the calls of one lane are picked from. Immutable but for what its pickers
 * remember; thread-safe.
 */
final class LaneGroup {

	/** How often a picker may come up with somebody to avoid before all are looked at. */
	private static final int TRIES = 3;

	private static final Predicate<Endpoint> NOBODY = (endpoint) -> false;

	private final LaneSelection selection;

	private final LanePickers pickers;

	private final Picker picker;

	/** Those that are preferred, then the next best and so on. */
	private final Endpoint[][] tiers;

	private final Chance chance;

	LaneGroup(LaneSelection selection, LanePickers pickers, Chance chance) {
		this.selection = selection;
		this.pickers = pickers;
		this.picker = pickers.picker();
		this.tiers = Stream.of(selection.preferred(), selection.others(), selection.reserve())
			.filter((tier) -> !tier.isEmpty())
			.map((tier) -> tier.toArray(Endpoint[]::new))
			.toArray(Endpoint[][]::new);
		this.chance = chance;
	}

	LaneSelection selection() {
		return this.selection;
	}

	LanePickers pickers() {
		return this.pickers;
	}

	/**
	 * Picks while this group is not up to date: nobody who has been ejected since.
	 */
	@Nullable Endpoint pickOfNow(PickRequest request) {
		Endpoint endpoint = pick(request, NOBODY);
		return (endpoint != null) ? endpoint : this.picker.pick(request);
	}

	/**
	 * Picks somebody who need not be avoided; as the picker does while that finds one.
	 */
	@Nullable Endpoint pick(PickRequest request, Predicate<? super Endpoint> avoid) {
		for (int i = 0; i < TRIES; i++) {
			Endpoint endpoint = this.picker.pick(request);
			if (endpoint == null) {
				return null;
			}
			if (isFree(endpoint, avoid)) {
				return endpoint;
			}
		}
		// Calls that belong together also go to the same second choice.
		int start = this.chance.start(request);
		for (Endpoint[] tier : this.tiers) {
			int at = start % tier.length;
			for (int i = 0; i < tier.length; i++) {
				Endpoint endpoint = tier[at];
				if (isFree(endpoint, avoid)) {
					return endpoint;
				}
				at = (at + 1 < tier.length) ? at + 1 : 0;
			}
		}
		return null;
	}

	private boolean isFree(Endpoint endpoint, Predicate<? super Endpoint> avoid) {
		return (this.selection.panic() || !endpoint.health().isAvoided()) && !avoid.test(endpoint);
	}

}
