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
	 * For who cannot read them: all are taken for there, and empty. Strategies that do
	 * not go with an empty one meet no request, and are not refused.
	 */
	RuleDocuments UNREAD = (name) -> "";

	/**
	 * The text of a document.
	 * @param name its name, in the group of the rules
	 * @return the text, or {@code null} if there is no such document
	 */
	@Nullable String text(String name);

}
