package io.governance.boot.call;

import java.net.SocketTimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * A call got no answer in the time that it or one of its tries may take. It may have been
 * carried out.
 */
public final class CallTimeoutException extends SocketTimeoutException {

	/**
	 * Creates an exception.
	 * @param message which service did not answer within which time
	 * @param cause what the client threw; {@code null} if nothing
	 */
	public CallTimeoutException(String message, @Nullable Throwable cause) {
		super(message);
		if (cause != null) {
			initCause(cause);
		}
	}

}
