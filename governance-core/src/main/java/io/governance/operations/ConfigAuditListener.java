package io.governance.operations;

/**
 * Told of everything that is written to documents. Called by the thread that writes,
 * after the fact: it cannot prevent anything, and one that throws changes nothing.
 */
@FunctionalInterface
public interface ConfigAuditListener {

	/**
	 * Somebody has written a document, or tried to.
	 * @param event what happened
	 */
	void onAudit(ConfigAuditEvent event);

}
