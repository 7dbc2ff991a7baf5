package io.governance.config;

import io.governance.GovernanceException;
import org.jspecify.annotations.Nullable;

/**
 * What failed and where, for logs: without the message of foreign exceptions, which often
 * quote the value that they choke on.
 */
final class FailureTrace extends Exception {

	private static final int MAX_CAUSES = 10;

	private FailureTrace(Throwable failure, int depth) {
		super(describe(failure), causeOf(failure, depth), false, true);
		setStackTrace(failure.getStackTrace());
	}

	static FailureTrace of(Throwable failure) {
		return new FailureTrace(failure, 0);
	}

	private static @Nullable FailureTrace causeOf(Throwable failure, int depth) {
		Throwable cause = failure.getCause();
		return (cause != null && depth < MAX_CAUSES) ? new FailureTrace(cause, depth + 1) : null;
	}

	/**
	 * What failed, in words that hold no value.
	 */
	static String describe(Throwable failure) {
		return (failure instanceof GovernanceException) ? String.valueOf(failure.getMessage())
				: failure.getClass().getName();
	}

	/**
	 * What says best why config was refused: the failure itself or one that led to it,
	 * such as what a constructor has thrown.
	 */
	static @Nullable InvalidConfigException reason(Throwable failure) {
		@Nullable Throwable cause = failure;
		for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
			if (cause instanceof InvalidConfigException invalid) {
				return invalid;
			}
			cause = cause.getCause();
		}
		return null;
	}

	@Override
	public String toString() {
		return String.valueOf(getMessage());
	}

}
