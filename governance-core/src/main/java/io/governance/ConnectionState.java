package io.governance;

/**
 * Whether a backend can be reached, as told to listeners when it changes.
 */
public enum ConnectionState {

	/** The backend answers; what was delivered last is current. */
	CONNECTED,

	/**
	 * The backend does not answer; what was delivered last may be out of date and stays
	 * in force.
	 */
	DISCONNECTED

}
