package io.governance.gray;

import org.jspecify.annotations.Nullable;

/**
 * The further documents that rules refer to, such as lists of users.
 */
@FunctionalInterface
public interface RuleDocuments {

	/** There are none. */
	RuleDocuments NONE = (name) -> null;

	/**
	 * The text of a document.
	 * @param name its name, in the group of the rules
	 * @return the text, or {@code null} if there is no such document
	 */
	@Nullable String text(String name);

}
