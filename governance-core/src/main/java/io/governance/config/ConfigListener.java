package io.governance.config;

import io.governance.ConnectionState;

/**
 * Told by {@link ConfigSource#watch} about documents and about the connection to the
 * backend. Calls come one at a time.
 */
@FunctionalInterface
public interface ConfigListener {

	/**
	 * The watched documents as they are now.
	 * @param documents all of the watched documents that exist
	 */
	void onDocuments(ConfigDocuments documents);

	/**
	 * The connection was lost or is back, which is told before any documents that come
	 * after. Not called while nothing changes; a watch starts out as connected.
	 * @param state the new state
	 */
	default void onConnection(ConnectionState state) {
	}

}
