package io.governance.boot.actuate;

import io.governance.boot.gray.GrayRulesKeeper;
import io.governance.boot.gray.GrayRulesStatus;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Health of the gray rules: DEGRADED while the stored rules are not in force.
 */
public final class GovernanceGrayHealthIndicator extends AbstractHealthIndicator {

	private final GrayRulesKeeper keeper;

	GovernanceGrayHealthIndicator(GrayRulesKeeper keeper) {
		this.keeper = keeper;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		GrayRulesStatus status = this.keeper.status();
		boolean degraded = status.rejection() != null || !status.connected();
		builder.status(degraded ? GovernanceConfigHealthIndicator.DEGRADED : Status.UP)
			.withDetail("document", status.document().toString())
			.withDetail("rules", status.rules())
			.withDetail("connected", status.connected());
		if (status.rejection() != null) {
			builder.withDetail("reason", status.rejection());
		}
	}

}
