package io.governance.boot.actuate;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the endpoint of the config.
 *
 * @param showValues When to show values. What was encrypted is never shown.
 * @param roles Roles of those who are authorized to see values. Whoever is authenticated
 * if it is empty.
 */
@ConfigurationProperties("management.endpoint.governanceconfig")
record GovernanceConfigEndpointProperties(@DefaultValue("never") Show showValues, @DefaultValue Set<String> roles) {
}
