package io.governance.gray;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What a rule says beside what it does. Immutable.
 *
 * @param priority rules of a higher one come first; those of the same one in the order of
 * the document. 0 by default
 * @param enabled whether it is in force
 * @param observe whether it only counts who matches
 * @param expires when it ends, or {@code null} for never
 * @param owner who looks after it; empty if it does not say
 * @param comment why it is there; empty if it does not say
 */
public record RuleTerms(int priority, boolean enabled, boolean observe, @Nullable Instant expires, String owner,
		String comment) {

	/** In force, for ever, in the order of the document. */
	public static final RuleTerms DEFAULT = new RuleTerms(0, true, false, null, "", "");

}
