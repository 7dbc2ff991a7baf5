package io.governance.boot.loadbalancer;

import io.governance.GovernanceException;

/**
 * There is no instance that a call could go to. The message tells why, and what to check.
 */
public class NoInstanceException extends GovernanceException {

	private final String service;

	private final String lane;

	/**
	 * Creates an exception.
	 * @param service the service that was called
	 * @param lane the lane of the call
	 * @param message why there is no instance, and what to check
	 */
	public NoInstanceException(String service, String lane, String message) {
		super(message);
		this.service = service;
		this.lane = lane;
	}

	/**
	 * The service that was called.
	 * @return its name
	 */
	public String service() {
		return this.service;
	}

	/**
	 * The lane of the call.
	 * @return its name
	 */
	public String lane() {
		return this.lane;
	}

}
