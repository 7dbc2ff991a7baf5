package io.governance.samples.platform.users;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What can be changed while the service runs.
 *
 * @param pageSize Users in one list, 1 to 1000.
 * @param trouble Percentage of the calls that are refused, to see what callers make of
 * it.
 */
@ConfigurationProperties("users")
record UserSettings(@DefaultValue("100") @Min(1) @Max(1000) int pageSize,
		@DefaultValue("0") @Min(0) @Max(100) int trouble) {
}
