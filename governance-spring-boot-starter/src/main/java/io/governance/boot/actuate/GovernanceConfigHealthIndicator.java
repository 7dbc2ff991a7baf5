package io.governance.boot.actuate;

import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;

import io.governance.ConnectionState;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigRejection;
import io.governance.config.ConfigStatus;
import io.governance.config.DocumentId;
import io.governance.config.PendingChange;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Health of the remote config: DEGRADED while what is stored is not in force or a change
 * does not get through, DOWN if there is none although it is required.
 */
public final class GovernanceConfigHealthIndicator extends AbstractHealthIndicator {

	/** Works, but not as it should: somebody has to look. */
	public static final Status DEGRADED = new Status("DEGRADED");

	/** An observer that has a change for longer will hardly return. */
	private static final Duration STUCK = Duration.ofSeconds(30);

	private final ConfigManager manager;

	private final boolean required;

	private final InstantSource clock;

	GovernanceConfigHealthIndicator(ConfigManager manager, boolean required, InstantSource clock) {
		this.manager = manager;
		this.required = required;
		this.clock = clock;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		ConfigStatus status = this.manager.status();
		ConfigRejection rejection = status.rejection();
		PendingChange pending = status.pending();
		boolean stuck = pending != null
				&& Duration.between(pending.since(), this.clock.instant()).compareTo(STUCK) >= 0;
		boolean degraded = stuck || rejection != null || status.connection() == ConnectionState.DISCONNECTED;
		boolean missing = this.required && status.source() == ConfigStatus.Source.NONE;
		builder.status(missing ? Status.DOWN : degraded ? DEGRADED : Status.UP)
			.withDetail("source", status.source())
			.withDetail("since", status.since())
			.withDetail("connection", status.connection());
		if (status.source() != ConfigStatus.Source.NONE) {
			builder.withDetail("age",
					Duration.between(status.since(), this.clock.instant()).truncatedTo(ChronoUnit.SECONDS).toString());
		}
		Collection<DocumentId> variants = this.manager.current().variants().values();
		if (!variants.isEmpty()) {
			builder.withDetail("variants", variants.stream().map(DocumentId::toString).toList());
		}
		if (rejection != null) {
			builder.withDetail("rejected", rejection.documents().stream().map(Object::toString).toList())
				.withDetail("rejectedAt", rejection.time())
				.withDetail("reason", rejection.describe());
		}
		if (pending != null) {
			builder.withDetail("pending", pending.step()).withDetail("pendingSince", pending.since());
		}
		if (status.problem() != null) {
			builder.withDetail("problem", status.problem());
		}
	}

}
