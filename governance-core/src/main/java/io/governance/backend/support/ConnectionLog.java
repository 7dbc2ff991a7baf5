package io.governance.backend.support;

import java.util.IdentityHashMap;
import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the log when watches of a backend are lost and when they are back: one line
 * for a reason that many of them share. Thread-safe.
 */
public final class ConnectionLog {

	private static final Logger logger = LoggerFactory.getLogger(ConnectionLog.class);

	private final String backend;

	private final Map<Object, String> lost = new IdentityHashMap<>();

	/**
	 * Creates the log of a backend.
	 * @param backend the backend's name
	 */
	public ConnectionLog(String backend) {
		this.backend = backend;
	}

	/**
	 * A watch cannot know its state.
	 * @param watch who
	 * @param what what it watches
	 * @param reason why, naming the backend, without any value or secret
	 */
	synchronized void lost(Object watch, String what, String reason) {
		boolean news = this.lost.values().stream().noneMatch(reason::equals);
		if (this.lost.putIfAbsent(watch, reason) == null && news) {
			logger.warn("Watch of {}: {}. What was delivered last stays in force", what, reason);
		}
	}

	/**
	 * A watch knows its state, again or still.
	 * @param watch who
	 */
	synchronized void recovered(Object watch) {
		if (this.lost.remove(watch) != null && this.lost.isEmpty()) {
			logger.info("Backend '{}': all watches are current again", this.backend);
		}
	}

	/**
	 * A watch has ended.
	 * @param watch who
	 */
	synchronized void forget(Object watch) {
		this.lost.remove(watch);
	}

}
