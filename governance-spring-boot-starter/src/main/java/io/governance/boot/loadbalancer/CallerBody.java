package io.governance.boot.loadbalancer;

import org.jspecify.annotations.Nullable;

import io.governance.call.CallFailure;

/**
 * What a caller sends to a gateway on servlets, which passes it on. A caller who goes
 * away or takes his time tells nothing of whom that is sent to. Thread-safe.
 */
final class CallerBody {

	/** The attribute of a request that it is in. */
	static final String ATTRIBUTE = CallerBody.class.getName();

	private volatile boolean awaited;

	private volatile boolean failed;

	/** The next part of it is waited for. */
	void awaits() {
		this.awaited = true;
	}

	/** A part of it has come, or its end. */
	void came() {
		this.awaited = false;
	}

	/** It has broken off. */
	void failed() {
		this.failed = true;
	}

	/**
	 * Whether a call failed because of it: it broke off, or was waited for when the call
	 * was given up.
	 * @param failure what the call ended with
	 * @return {@code true} if that tells nothing of whom it was sent to
	 */
	boolean isAtFault(@Nullable Throwable failure) {
		CallFailure kind = (failure != null) ? CallFailure.of(failure) : CallFailure.OTHER;
		return this.failed || (this.awaited && kind != CallFailure.NOT_SENT && kind != CallFailure.BROKEN_OFF);
	}

}
