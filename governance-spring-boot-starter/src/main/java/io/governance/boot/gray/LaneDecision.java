package io.governance.boot.gray;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;

import io.governance.gray.GrayDecision;
import io.governance.gray.GrayRules;
import io.governance.gray.LaneContext;

/**
 * Decides the lanes of an inbound request: what a trusted peer tells wins, else the rules
 * decide. Thread-safe.
 */
final class LaneDecision implements SmartInitializingSingleton {

	private final Supplier<GrayRules> rules;

	private final LaneCarrier carrier;

	private final TrustedPeers trusted;

	private final Inbound.Settings settings;

	private final int order;

	LaneDecision(Supplier<GrayRules> rules, LaneCarrier carrier, GovernanceGrayProperties properties,
			@Nullable GrayClaims claims) {
		this.rules = rules;
		this.carrier = carrier;
		this.trusted = properties.trusted();
		this.settings = Inbound.Settings.of(properties, claims);
		this.order = (properties.filterOrder() != null) ? properties.filterOrder() : Integer.MIN_VALUE;
	}

	/** Makes what supplies the rules, which is not for the first request to do. */
	@Override
	@SuppressWarnings("ReturnValueIgnored")
	public void afterSingletonsInstantiated() {
		this.rules.get();
	}

	/** The order of filters that decide. */
	int order() {
		return this.order;
	}

	/** How requests are read. */
	Inbound.Settings settings() {
		return this.settings;
	}

	LaneCarrier carrier() {
		return this.carrier;
	}

	/** What the peer tells about lanes. */
	Told told(Inbound request) {
		if (!this.carrier.isIn(request::headers)) {
			return Told.NOTHING;
		}
		if (!this.trusted.trusts(request.peer())) {
			return Told.SPOOFED;
		}
		String told = this.carrier.told(request::headers);
		return (told != null) ? new Told(LaneContext.parse(told), false) : Told.NOTHING;
	}

	GrayDecision decide(Inbound request, Told told) {
		GrayRules rules = this.rules.get();
		LaneContext lanes = told.lanes();
		if (lanes == null) {
			GrayDecision decision = rules.decide(request);
			return rules.decidesLanes() ? decision.decided() : decision;
		}
		request.fromFleet();
		return rules.decide(request, lanes).decided();
	}

	/**
	 * What a peer tells about lanes.
	 *
	 * @param lanes the lanes, from a peer that is trusted; {@code null} for none
	 * @param spoofed whether somebody else tells lanes, which nobody is to see
	 */
	record Told(@Nullable LaneContext lanes, boolean spoofed) {

		static final Told NOTHING = new Told(null, false);

		static final Told SPOOFED = new Told(null, true);

	}

}
