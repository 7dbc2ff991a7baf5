package io.governance.etcd;

import java.net.ConnectException;
import java.security.GeneralSecurityException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLException;

import io.etcd.jetcd.common.exception.EtcdException;
import io.governance.BackendUnavailableException;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Why a call to etcd failed.
 *
 * @param kind what that means
 * @param reason what to tell, without any value or secret
 * @param cause what the client threw
 */
record EtcdFailure(Kind kind, String reason, Throwable cause) {

	static EtcdFailure of(Throwable thrown) {
		Throwable cause = unwrap(thrown);
		if (cause instanceof StaleStateException) {
			return new EtcdFailure(Kind.STALE, message(cause), cause);
		}
		if (cause instanceof TimeoutException) {
			return new EtcdFailure(Kind.SILENT, "it does not answer in time", cause);
		}
		if (cause instanceof StatusRuntimeException status) {
			return of(status.getStatus(), cause);
		}
		if (cause instanceof StatusException status) {
			return of(status.getStatus(), cause);
		}
		if (cause instanceof EtcdException etcd) {
			Status status = Status.Code.valueOf(etcd.getErrorCode().name())
				.toStatus()
				.withDescription(etcd.getMessage())
				.withCause(etcd.getCause());
			return of(status, cause);
		}
		return new EtcdFailure(Kind.OTHER, message(cause), cause);
	}

	private static Throwable unwrap(Throwable thrown) {
		Throwable cause = thrown;
		while (cause.getCause() != null && (cause instanceof CompletionException
				|| cause.getClass().getName().endsWith(".FailsafeException"))) {
			cause = cause.getCause();
		}
		return cause;
	}

	private static EtcdFailure of(Status status, Throwable cause) {
		String said = (status.getDescription() != null) ? status.getDescription() : "";
		return switch (status.getCode()) {
			case DEADLINE_EXCEEDED -> new EtcdFailure(Kind.SILENT, "it does not answer in time", cause);
			case ABORTED, UNAVAILABLE, INTERNAL ->
				new EtcdFailure(Kind.UNREACHABLE, connection(said, status.getCause()), cause);
			case UNAUTHENTICATED -> unauthenticated(status, said, cause);
			case PERMISSION_DENIED -> new EtcdFailure(Kind.REFUSED, "it refuses: " + said
					+ ". Grant the user of governance.etcd.username a role that may read and write below governance.etcd.root",
					cause);
			case NOT_FOUND -> new EtcdFailure(Kind.NOT_FOUND, said, cause);
			case OUT_OF_RANGE -> new EtcdFailure(Kind.COMPACTED, said, cause);
			case RESOURCE_EXHAUSTED -> exhausted(said, cause);
			case INVALID_ARGUMENT, FAILED_PRECONDITION -> invalid(said, cause);
			default -> new EtcdFailure(Kind.OTHER, said.isEmpty() ? status.getCode().name() : said, cause);
		};
	}

	private static EtcdFailure unauthenticated(Status status, String said, Throwable cause) {
		Throwable inner = status.getCause();
		if (inner instanceof StatusRuntimeException nested) {
			// This is how the client tells that it could not log in, whatever the reason.
			return of(nested.getStatus(), cause);
		}
		return refusedUser(said, cause);
	}

	private static EtcdFailure invalid(String said, Throwable cause) {
		if (said.contains("too large") || said.contains("too many operations")) {
			return new EtcdFailure(Kind.TOO_LARGE, said, cause);
		}
		if (said.contains("auth") || said.contains("user")) {
			return refusedUser(said, cause);
		}
		return new EtcdFailure(Kind.OTHER, said, cause);
	}

	private static EtcdFailure refusedUser(String said, Throwable cause) {
		return new EtcdFailure(Kind.REFUSED, "it refuses the user or the password" + (said.isEmpty() ? "" : ": " + said)
				+ ". Set governance.etcd.username and governance.etcd.password", cause);
	}

	private static EtcdFailure exhausted(String said, Throwable cause) {
		if (said.contains("received message larger")) {
			return new EtcdFailure(Kind.TOO_LARGE, said, cause);
		}
		return new EtcdFailure(said.contains("exceeds maximum size") ? Kind.ANSWER_TOO_LARGE : Kind.OTHER, said, cause);
	}

	private static String connection(String said, @Nullable Throwable cause) {
		Throwable root = cause;
		while (root != null && root.getCause() != null && !(root instanceof SSLException)) {
			root = root.getCause();
		}
		if (root == null) {
			// What follows in other lines are the client's inner parts.
			return said.lines().findFirst().orElse("");
		}
		// The client's own words for it are "io exception" and its inner parts.
		boolean telling = !said.isEmpty() && !said.startsWith("io exception") && !said.startsWith("ssl exception");
		String told = telling ? said + " (" + message(root) + ")" : message(root);
		return told.lines().findFirst().orElse("");
	}

	private static String message(Throwable failure) {
		String message = failure.getMessage();
		return (message != null) ? message : failure.getClass().getSimpleName();
	}

	/** Whether the call has certainly not reached any server. */
	boolean neverSent() {
		Throwable root = this.cause;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		return this.kind == Kind.UNREACHABLE && root instanceof ConnectException;
	}

	/** Whether another connection might mend it. */
	boolean isOfConnection() {
		return this.kind == Kind.UNREACHABLE || this.kind == Kind.SILENT;
	}

	BackendUnavailableException toException(String backend, String what, EtcdSettings settings) {
		return new BackendUnavailableException(backend, "Backend '" + backend + "': cannot " + what + " at "
				+ settings.endpoints() + ": " + this.reason + advice(), this.cause);
	}

	private String advice() {
		if (!isOfConnection()) {
			return "";
		}
		for (Throwable cause = this.cause; cause != null; cause = cause.getCause()) {
			if (cause instanceof SSLException || cause instanceof GeneralSecurityException) {
				return ". Check the certificates: those of the SSL bundle that governance.etcd.ssl-bundle names, and the server's";
			}
		}
		boolean misunderstood = this.kind == Kind.UNREACHABLE && !neverSent();
		return ". Check that etcd runs there and that governance.etcd.endpoints is right"
				+ (misunderstood ? ", http:// or https:// as the server speaks it" : "");
	}

	/** What a failure means. */
	enum Kind {

		/** No connection, or it broke. */
		UNREACHABLE,

		/** No answer in time. */
		SILENT,

		/** The user may not do it. */
		REFUSED,

		/** The server takes no request of that size. */
		TOO_LARGE,

		/** The client takes no answer of that size. */
		ANSWER_TOO_LARGE,

		/** There is no such lease. */
		NOT_FOUND,

		/** The revision is no longer kept. */
		COMPACTED,

		/** The server's state is an older one than was seen. */
		STALE,

		/** Anything else. */
		OTHER

	}

}
