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
	CANCELLED;

	/** Nobody can do what it was not made for: it says nothing of its health. */
	private static final int NOT_IMPLEMENTED = 501;

	/**
	 * What the status of an answer over HTTP tells.
	 * @param status the status
	 * @return {@link #FAILURE} for 5xx except 501, else {@link #SUCCESS}
	 */
	public static Outcome ofHttpStatus(int status) {
		return (status >= 500 && status != NOT_IMPLEMENTED) ? FAILURE : SUCCESS;
	}

}
