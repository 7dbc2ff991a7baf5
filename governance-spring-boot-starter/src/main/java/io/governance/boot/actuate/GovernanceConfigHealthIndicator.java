package io.governance.boot.actuate;

import io.governance.ConnectionState;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigRejection;
import io.governance.config.ConfigStatus;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Health of the remote config: DEGRADED while what is stored is not in force.
 */
public final class GovernanceConfigHealthIndicator extends AbstractHealthIndicator {

	/** Works, but not as it should: somebody has to look. */
	public static final Status DEGRADED = new Status("DEGRADED");

	private final ConfigManager manager;

	/**
	 * Creates an indicator.
	 * @param manager the config of this process
	 */
	public GovernanceConfigHealthIndicator(ConfigManager manager) {
		this.manager = manager;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		ConfigStatus status = this.manager.status();
		ConfigRejection rejection = status.rejection();
		boolean degraded = rejection != null || status.connection() == ConnectionState.DISCONNECTED;
		builder.status(degraded ? DEGRADED : Status.UP)
			.withDetail("source", status.source())
			.withDetail("since", status.since())
			.withDetail("connection", status.connection());
		if (rejection != null) {
			builder.withDetail("rejected", rejection.documents().stream().map(Object::toString).toList())
				.withDetail("rejectedAt", rejection.time())
				.withDetail("reason", rejection.describe());
		}
		if (status.problem() != null) {
			builder.withDetail("problem", status.problem());
		}
	}

}
