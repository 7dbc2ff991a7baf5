package io.governance.registry;

import io.governance.registry.RegistrationEvent.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what becomes of own instances: in the log, and to the listener.
 */
final class RegistrationLog {

	private static final Logger logger = LoggerFactory.getLogger(RegistrationKeeper.class);

	private final RegistrationListener listener;

	private final String backend;

	private final String where;

	/**
	 * Creates a log.
	 * @param backend the name of the backend, perhaps empty
	 * @param several whether there are others, so that lines have to name this one
	 */
	RegistrationLog(RegistrationListener listener, String backend, boolean several) {
		this.listener = listener;
		this.backend = backend;
		this.where = several ? " in backend '" + backend + "'" : "";
	}

	void tell(Kind kind, String service, String instanceId, String reason) {
		String words = switch (kind) {
			case REGISTERED -> "is registered";
			case LOST -> "is not registered any more";
			case REPAIRED -> "was registered again";
			case REFUSED -> "could not be registered, is tried again";
			case UPDATED -> "was changed";
			case REMOVED -> "was removed";
		};
		String message = "Instance {} of service {} {}{}{}";
		String because = reason.isEmpty() ? "" : ": " + reason;
		if (kind == Kind.LOST || kind == Kind.REFUSED) {
			logger.warn(message, instanceId, service, words, this.where, because);
		}
		else {
			logger.info(message, instanceId, service, words, this.where, because);
		}
		try {
			this.listener.onEvent(new RegistrationEvent(kind, service, instanceId, reason, this.backend));
		}
		catch (RuntimeException ex) {
			logger.warn("A listener failed on {} of instance {}", kind, instanceId, ex);
		}
	}

}
