package io.governance.gray;

/**
 * What becomes of requests that a rule sends to a lane in which no instance takes calls.
 */
public enum Otherwise {

	/** They go to the stable instances. */
	STABLE,

	/** They go to any instance, of whatever lane. */
	ANY,

	/** They are refused. */
	REFUSE

}
