package io.governance.boot.discovery;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the discovery of other services.
 *
 * @param enabled Whether other services are discovered.
 * @param timeout Maximum time that the first call to a service waits for the list of its
 * instances.
 */
@ConfigurationProperties("governance.discovery")
public record GovernanceDiscoveryProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("2s") Duration timeout) {
}
