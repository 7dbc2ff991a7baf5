package io.governance.boot.gray;

import org.jspecify.annotations.Nullable;

import io.governance.gray.GrayContext;
import io.governance.gray.GrayDecision;
import io.governance.gray.LaneContext;

/**
 * Decides the lanes of an inbound request: a lane header from a trusted peer wins, else
 * the rules decide. Thread-safe.
 */
final class LaneDecision {

	private final GrayRulesKeeper rules;

	private final GovernanceGrayProperties properties;

	private final TrustedPeers trusted;

	LaneDecision(GrayRulesKeeper rules, GovernanceGrayProperties properties) {
		this.rules = rules;
		this.properties = properties;
		this.trusted = new TrustedPeers(properties.trustedPeers());
	}

	GrayDecision decide(Inbound request) {
		String told = request.header(this.properties.laneHeader());
		if (told != null && !told.isEmpty() && request.isFrom(this.trusted)) {
			return this.rules.rules()
				.decide(new Known(request, this.properties.userHeader()))
				.withLanes(LaneContext.parse(told));
		}
		return this.rules.rules().decide(new Known(request, this.properties.userHeader()));
	}

	/** A request as servlets and WebFlux both have it. */
	interface Inbound {

		@Nullable String header(String name);

		boolean isFrom(TrustedPeers peers);

	}

	private record Known(Inbound request, String userHeader) implements GrayContext {

		@Override
		public @Nullable String userId() {
			return this.request.header(this.userHeader);
		}

		@Override
		public @Nullable String header(String name) {
			return this.request.header(name);
		}

	}

}
