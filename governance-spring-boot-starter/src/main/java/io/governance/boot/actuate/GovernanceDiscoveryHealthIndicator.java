package io.governance.boot.actuate;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.governance.registry.ServiceDirectory;
import io.governance.registry.ServiceInstances;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Health of the lists of other services: DEGRADED while one of them may be out of date.
 * Never DOWN: calls go on with what is known.
 */
public final class GovernanceDiscoveryHealthIndicator extends AbstractHealthIndicator {

	private final ServiceDirectory directory;

	GovernanceDiscoveryHealthIndicator(ServiceDirectory directory) {
		this.directory = directory;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		List<ServiceInstances> watched = this.directory.watched();
		List<String> unknown = names(watched, (service) -> !service.known());
		List<String> stale = names(watched, (service) -> service.known() && !service.connected());
		List<String> fromDisk = names(watched, ServiceInstances::fromDisk);
		Map<String, Integer> held = this.directory.held();
		boolean fine = unknown.isEmpty() && stale.isEmpty() && fromDisk.isEmpty() && held.isEmpty();
		builder.status(fine ? Status.UP : GovernanceConfigHealthIndicator.DEGRADED)
			.withDetail("services", watched.size());
		detail(builder, "unknown", unknown);
		detail(builder, "disconnected", stale);
		detail(builder, "fromDisk", fromDisk);
		if (!held.isEmpty()) {
			builder.withDetail("held", held);
		}
	}

	private static List<String> names(List<ServiceInstances> services, Predicate<ServiceInstances> which) {
		return services.stream().filter(which).map(ServiceInstances::service).toList();
	}

	private static void detail(Health.Builder builder, String key, List<String> services) {
		if (!services.isEmpty()) {
			builder.withDetail(key, services);
		}
	}

}
