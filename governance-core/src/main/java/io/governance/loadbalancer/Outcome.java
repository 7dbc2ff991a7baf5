package io.governance.loadbalancer;

/**
 * How a call ended, as far as it tells something about the instance.
 */
public enum Outcome {

	/** The instance answered as it should, be it to refuse a bad request. */
	SUCCESS,

	/** The instance could not be reached, broke off, took too long or failed. */
	FAILURE,

	/** The caller gave up; that says nothing about the instance. */
	CANCELLED

}
