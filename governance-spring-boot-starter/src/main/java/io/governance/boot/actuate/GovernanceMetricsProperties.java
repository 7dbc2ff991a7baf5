package io.governance.boot.actuate;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the metrics.
 *
 * @param maxInstances Number of instances of a service that have metrics of their own.
 * Those beyond it are counted together, as the instance 'other'.
 */
@ConfigurationProperties("governance.metrics")
record GovernanceMetricsProperties(@DefaultValue("100") int maxInstances) {
}
