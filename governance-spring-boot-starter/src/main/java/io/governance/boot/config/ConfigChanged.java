package io.governance.boot.config;

import java.time.Duration;

import io.governance.config.ConfigChange;

/**
 * Application event: a change of remote config is in force, and all observers have
 * followed.
 *
 * @param change what changed
 * @param took from the delivery by the backend until then
 */
public record ConfigChanged(ConfigChange change, Duration took) {
}
