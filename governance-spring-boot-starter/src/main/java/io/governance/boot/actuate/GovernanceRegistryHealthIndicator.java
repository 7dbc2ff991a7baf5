package io.governance.boot.actuate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationState;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Health of the registration of this application: DEGRADED while a registry does not hold
 * it although it should. Never DOWN: it is tried again for ever.
 */
public final class GovernanceRegistryHealthIndicator extends AbstractHealthIndicator {

	private final RegistrationKeeper keeper;

	GovernanceRegistryHealthIndicator(RegistrationKeeper keeper) {
		this.keeper = keeper;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		List<RegistrationState> states = this.keeper.states();
		boolean fine = states.stream().allMatch(RegistrationState::registered);
		builder.status(fine ? Status.UP : GovernanceConfigHealthIndicator.DEGRADED)
			.withDetail("registrations", states.stream().map(GovernanceRegistryHealthIndicator::describe).toList());
	}

	private static Map<String, Object> describe(RegistrationState state) {
		Map<String, Object> shown = new LinkedHashMap<>();
		shown.put("backend", state.backend());
		shown.put("service", state.instance().service());
		shown.put("id", state.instance().id());
		shown.put("status", state.instance().status());
		shown.put("registered", state.registered());
		if (!state.failure().isEmpty()) {
			shown.put("problem", state.failure());
		}
		return shown;
	}

}
