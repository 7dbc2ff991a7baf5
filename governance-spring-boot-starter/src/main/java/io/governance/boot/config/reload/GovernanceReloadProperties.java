package io.governance.boot.config.reload;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the ready-made reloaders.
 *
 * @param hikari Hikari connection pools.
 * @param logging Log levels.
 * @param redis Redis connections over Lettuce.
 * @param webServer Web server.
 */
@ConfigurationProperties("governance.config.reload")
record GovernanceReloadProperties(@DefaultValue Hikari hikari, @DefaultValue Logging logging, @DefaultValue Redis redis,
		@DefaultValue WebServer webServer) {

	/**
	 * Hikari connection pools.
	 *
	 * @param enabled Whether Hikari connection pools follow the config.
	 */
	record Hikari(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * Log levels.
	 *
	 * @param enabled Whether log levels follow the config.
	 */
	record Logging(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * Redis connections over Lettuce.
	 *
	 * @param enabled Whether Redis connections over Lettuce follow the config.
	 */
	record Redis(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * Web server.
	 *
	 * @param enabled Whether timeouts, connections and threads of the web server follow
	 * the config.
	 */
	record WebServer(@DefaultValue("true") boolean enabled) {
	}

}
