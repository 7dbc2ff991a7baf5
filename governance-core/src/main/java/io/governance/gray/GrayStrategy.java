package io.governance.gray;

/**
 * A condition on requests. Immutable and thread-safe.
 */
@FunctionalInterface
public interface GrayStrategy {

	/**
	 * Whether a request meets the condition. Takes no lock, does no I/O and allocates
	 * nothing; answers the same for the same user as far as it goes by users. Should not
	 * throw: if it does, the request counts as not meeting the condition.
	 * @param context what is known of the request
	 * @return {@code true} if it does
	 */
	boolean matches(GrayContext context);

	/**
	 * Tells for a sample request whether it meets the condition, and why. Not for hot
	 * paths.
	 * @param context what is known of the request
	 * @return the finding, which agrees with {@link #matches}
	 */
	default Condition explain(GrayContext context) {
		return Condition.of(this, matches(context), "");
	}

}
