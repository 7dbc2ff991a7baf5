package io.governance.config;

import java.time.Duration;

import io.governance.ConnectionState;

/**
 * Told what happens to the config, for metrics, application events and logs. Calls come
 * one at a time; what is thrown is logged and otherwise ignored.
 */
public interface ConfigEvents {

	/**
	 * A change was applied, and all observers have followed.
	 * @param change the change
	 * @param took from the backend's delivery, or from the end of the settle time, until
	 * then
	 */
	default void onApplied(ConfigChange change, Duration took) {
	}

	/**
	 * Config was refused or rolled back; the last good state stays in force.
	 * @param rejection why
	 */
	default void onRejected(ConfigRejection rejection) {
	}

	/**
	 * What is stored is in force again, after it had been rejected.
	 */
	default void onRecovered() {
	}

	/**
	 * The connection to the backend was lost or is back.
	 * @param state the new state
	 */
	default void onConnection(ConnectionState state) {
	}

}
