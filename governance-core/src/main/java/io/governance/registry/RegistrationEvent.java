package io.governance.registry;

/**
 * A change in the life of an own instance on the server.
 *
 * @param kind what happened
 * @param service the service
 * @param instanceId the instance
 * @param reason why, in words; empty if there is nothing to add
 * @param backend the name of the backend whose server it is; empty if it has none
 */
public record RegistrationEvent(Kind kind, String service, String instanceId, String reason, String backend) {

	/** What happened. */
	public enum Kind {

		/**
		 * The server holds the instance as it should be, for the first time or again
		 * after {@link #REFUSED}.
		 */
		REGISTERED,

		/** The server does not hold the instance any more although it should. */
		LOST,

		/** The server held the instance differently, or not at all; it was put again. */
		REPAIRED,

		/**
		 * The server could not be asked or said no. It is tried again, for ever; told
		 * once until it succeeds.
		 */
		REFUSED,

		/** The server was told of a new status, weight or other part of the instance. */
		UPDATED,

		/** The instance was withdrawn. */
		REMOVED

	}

}
