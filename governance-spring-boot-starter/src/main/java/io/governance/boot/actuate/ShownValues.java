package io.governance.boot.actuate;

import io.governance.config.ConfigValue;
import io.governance.config.secret.Secrets;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.core.env.PropertySource;

/**
 * Masks values as the {@code env} endpoint does, and what is or was encrypted in any
 * case.
 */
final class ShownValues {

	private final @Nullable PropertySource<?> source;

	private final Sanitizer sanitizer;

	private final GovernanceConfigEndpointProperties properties;

	ShownValues(@Nullable PropertySource<?> source, Sanitizer sanitizer,
			GovernanceConfigEndpointProperties properties) {
		this.source = source;
		this.sanitizer = sanitizer;
		this.properties = properties;
	}

	/**
	 * Whether somebody may see values.
	 */
	boolean mayBeSeenBy(SecurityContext securityContext) {
		return this.properties.showValues().isShown(securityContext, this.properties.roles());
	}

	/**
	 * What is shown of a value.
	 * @param show whether it may be seen, if it is no secret
	 */
	@Nullable Object of(String key, ConfigValue value, boolean show) {
		boolean secret = value.secret() || Secrets.isEncrypted(value.value());
		return this.sanitizer.sanitize(new SanitizableData(this.source, key, value.value()), show && !secret);
	}

}
