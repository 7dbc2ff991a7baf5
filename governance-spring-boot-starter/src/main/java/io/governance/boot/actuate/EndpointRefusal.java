package io.governance.boot.actuate;

/**
 * A request that is answered with a status and a reason.
 */
final class EndpointRefusal extends RuntimeException {

	static final int FORBIDDEN = 403;

	static final int CONFLICT = 409;

	private final int status;

	EndpointRefusal(int status, String reason) {
		super(reason);
		this.status = status;
	}

	int status() {
		return this.status;
	}

}
