package io.governance.boot.actuate;

import java.util.Set;

import io.governance.config.ConfigManager;
import io.governance.config.ConfigSnapshot;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.core.Ordered;

/**
 * Masks in all endpoints of Actuator what was encrypted, whatever they are told to show:
 * such a property under any name of it, what is composed of it, and our own keys.
 */
final class SecretSanitizer implements SanitizingFunction, Ordered {

	private static final Set<String> KEYS = Set.of("governancesecretskey");

	private final ConfigManager manager;

	SecretSanitizer(ConfigManager manager) {
		this.manager = manager;
	}

	/** Before others, since the first one that changes anything is the last one asked. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public SanitizableData apply(SanitizableData data) {
		return isSecret(data) ? data.withSanitizedValue() : data;
	}

	private boolean isSecret(SanitizableData data) {
		if (KEYS.contains(data.getLowerCaseKey().replaceAll("[._-]", ""))) {
			return true;
		}
		ConfigSnapshot snapshot = this.manager.current();
		return snapshot.isSecret(data.getKey())
				|| (data.getValue() != null && snapshot.reveals(data.getValue().toString()));
	}

}
