package io.governance.boot.loadbalancer;

/**
 * A circuit breaker keeps the call from the service, or one does from each of its
 * instances, because calls keep failing. Nothing was sent.
 */
public class CallRefusedException extends NoInstanceException {

	/**
	 * Creates an exception.
	 * @param service the service that was called
	 * @param lane the lane of the call
	 * @param message why no call is let through
	 */
	public CallRefusedException(String service, String lane, String message) {
		super(service, lane, message);
	}

}
