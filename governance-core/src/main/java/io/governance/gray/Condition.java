package io.governance.gray;

import java.util.List;

/**
 * What a condition came to for one request, and why.
 *
 * @param condition the condition, such as {@code percentage(12.5)}; names no user
 * @param met whether the request meets it
 * @param reason what of the request counted, such as {@code bucket 42 of 100}; empty if
 * there is nothing to say
 * @param parts the same for the conditions that it consists of
 */
public record Condition(String condition, boolean met, String reason, List<Condition> parts) {

	/**
	 * Creates a finding.
	 */
	public Condition {
		parts = List.copyOf(parts);
	}

	/**
	 * What a condition without parts came to.
	 * @param condition the condition
	 * @param met whether the request meets it
	 * @param reason what of the request counted
	 * @return the finding
	 */
	public static Condition of(Object condition, boolean met, String reason) {
		return new Condition(condition.toString(), met, reason, List.of());
	}

}
