package io.governance.loadbalancer;

import org.jspecify.annotations.Nullable;

/**
 * Picks in the caller's zone, and elsewhere for a share of the calls that it cannot take
 * and where the instance picked is too busy. Thread-safe.
 */
final class ZonePicker implements Picker {

	private static final long SALT = StableHash.of("zone");

	private final Picker local;

	private final Picker others;

	private final float localShare;

	private final int maxInFlight;

	private final Chance chance;

	ZonePicker(Picker local, Picker others, float localShare, int maxInFlight, Chance chance) {
		this.local = local;
		this.others = others;
		this.localShare = localShare;
		this.maxInFlight = maxInFlight;
		this.chance = chance;
	}

	@Override
	public @Nullable Endpoint pick(PickRequest request) {
		if (this.localShare < 1 && !this.chance.of(this.localShare, request, SALT)) {
			return this.others.pick(request);
		}
		Endpoint endpoint = this.local.pick(request);
		if (this.maxInFlight > 0 && endpoint != null && isBusy(endpoint)) {
			Endpoint other = this.others.pick(request);
			// Where all are busy, the near one is the better choice.
			return (other == null || isBusy(other)) ? endpoint : other;
		}
		return endpoint;
	}

	private boolean isBusy(Endpoint endpoint) {
		return endpoint.stats().inFlight() >= this.maxInFlight;
	}

}
