package io.governance.call;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * How a try of a call failed without an answer.
 */
public enum CallFailure {

	/** There was no connection: nothing of the request was sent. */
	NOT_SENT,

	/** No answer came in time: the request may have been carried out. */
	TIMED_OUT,

	/** The connection broke before the answer: the request may have been carried out. */
	BROKEN_OFF,

	/** The caller gave up. */
	ABANDONED,

	/** Something else, of which the instance is not the cause as far as can be told. */
	OTHER;

	/** What pools of connections throw: those of Apache HttpClient and Reactor Netty. */
	private static final Set<String> NO_FREE_CONNECTION = Set.of("ConnectionRequestTimeoutException",
			"PoolAcquireTimeoutException", "PoolAcquirePendingLimitException");

	/** Chains of causes end here, should one of them be a circle. */
	private static final int MAX_CAUSES = 20;

	/**
	 * Tells how a try failed by what was thrown: by the exceptions of the JDK, and those
	 * of Apache HttpClient and Netty. Never throws.
	 * @param failure what was thrown
	 * @return how it failed
	 */
	public static CallFailure of(Throwable failure) {
		CallFailure found = OTHER;
		Throwable current = failure;
		for (int i = 0; i < MAX_CAUSES && current != null; i++) {
			CallFailure kind = ofOne(current);
			if (kind == BROKEN_OFF) {
				// What broke the connection may tell more.
				found = BROKEN_OFF;
			}
			else if (kind != OTHER) {
				return kind;
			}
			current = current.getCause();
		}
		return found;
	}

	private static CallFailure ofOne(Throwable failure) {
		if (neverConnected(failure)) {
			return NOT_SENT;
		}
		if (failure instanceof InterruptedException || failure instanceof CancellationException) {
			return ABANDONED;
		}
		String type = failure.getClass().getName();
		if (failure instanceof SocketTimeoutException || failure instanceof HttpTimeoutException
				|| failure instanceof TimeoutException || type.startsWith("io.netty.handler.timeout.")) {
			return TIMED_OUT;
		}
		if (failure instanceof InterruptedIOException) {
			return ABANDONED;
		}
		return (failure instanceof IOException || type.startsWith("io.netty.")) ? BROKEN_OFF : OTHER;
	}

	private static boolean neverConnected(Throwable failure) {
		return failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException
				|| failure instanceof NoRouteToHostException || failure instanceof UnknownHostException
				|| failure instanceof UnresolvedAddressException || isConnectTimeout(failure);
	}

	private static boolean isConnectTimeout(Throwable failure) {
		if (failure instanceof SocketTimeoutException) {
			// A socket of the JDK tells the two timeouts apart by the message alone.
			return failure.getClass().getSimpleName().equals("ConnectTimeoutException")
					|| startsWith(failure.getMessage(), "Connect timed out");
		}
		return NO_FREE_CONNECTION.contains(failure.getClass().getSimpleName());
	}

	private static boolean startsWith(@Nullable String message, String start) {
		return message != null && message.regionMatches(true, 0, start, 0, start.length());
	}

}
