package io.governance.boot.config;

import io.governance.config.ConfigRejection;

/**
 * Application event: remote config was refused or rolled back, and the last good state
 * stays in force.
 *
 * @param rejection why
 */
public record ConfigRejected(ConfigRejection rejection) {
}
