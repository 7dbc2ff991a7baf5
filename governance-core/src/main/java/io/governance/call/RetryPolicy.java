package io.governance.call;

import java.util.Set;

/**
 * Decides whether a try that failed may be followed by another one without harm.
 * Immutable.
 * <p>
 * What was not sent may be sent again, whatever it is. What may have been carried out is
 * sent again only where carrying it out twice is the same as once. A body that cannot be
 * produced again ends it all.
 *
 * @param maxTries the most tries of one call, the first one included; 1 or more
 * @param methods the methods that may be carried out twice, in capitals
 * @param statuses the statuses of answers after which another instance is worth a try
 */
public record RetryPolicy(int maxTries, Set<String> methods, Set<Integer> statuses) {

	/** Methods that HTTP declares idempotent. */
	public static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE");

	/** Statuses that tell of an instance or what stands before it, not of the request. */
	public static final Set<Integer> UNAVAILABLE = Set.of(502, 503, 504);

	/** 3 tries, idempotent methods, and the statuses 502, 503 and 504. */
	public static final RetryPolicy DEFAULT = new RetryPolicy(3, IDEMPOTENT, UNAVAILABLE);

	/** One try only. */
	public static final RetryPolicy NONE = new RetryPolicy(1, Set.of(), Set.of());

	/**
	 * Creates a policy.
	 * @throws IllegalArgumentException if there is not even one try
	 */
	public RetryPolicy {
		if (maxTries < 1) {
			throw new IllegalArgumentException("A call needs at least 1 try, not " + maxTries);
		}
		methods = Set.copyOf(methods);
		statuses = Set.copyOf(statuses);
	}

	/**
	 * Whether a try that brought no answer may be followed by another one.
	 * @param method the method, in capitals
	 * @param failure how the try failed
	 * @param sendable whether the body can be sent once more; {@code true} without a body
	 * @return {@code true} if another try does no harm
	 */
	public boolean allows(String method, CallFailure failure, boolean sendable) {
		return sendable && switch (failure) {
			case NOT_SENT -> true;
			case TIMED_OUT, BROKEN_OFF -> this.methods.contains(method);
			case ABANDONED, OTHER -> false;
		};
	}

	/**
	 * Whether an answer may be thrown away for another try.
	 * @param method the method, in capitals
	 * @param status the status of the answer
	 * @param sendable whether the body can be sent once more; {@code true} without a body
	 * @return {@code true} if another try does no harm and may bring a better answer
	 */
	public boolean allows(String method, int status, boolean sendable) {
		return sendable && this.statuses.contains(status) && this.methods.contains(method);
	}

}
