package io.governance.gray;

import io.governance.GovernanceException;
import org.jspecify.annotations.Nullable;

/**
 * Gray rules that cannot be used, and where they go wrong. Holds no user id.
 */
public class InvalidRulesException extends GovernanceException {

	private final String document;

	private final int line;

	private final int column;

	private final @Nullable String rule;

	private final @Nullable String key;

	private final String reason;

	/**
	 * Creates an exception.
	 * @param document the name of the document
	 * @param line the line, counted from 1; 0 if not known
	 * @param column the column, counted from 1; 0 if not known
	 * @param rule the name of the rule, if it is in one that has a name
	 * @param key the key, such as {@code rules[0].match.any[1].percentage}, if it is one
	 * @param reason what is wrong and how to mend it
	 * @param cause what led to it, if anything
	 */
	public InvalidRulesException(String document, int line, int column, @Nullable String rule, @Nullable String key,
			String reason, @Nullable Throwable cause) {
		super(document + ((line > 0) ? ":" + line + ":" + column : "") + ": "
				+ ((rule != null) ? "rule '" + rule + "': " : "") + ((key != null) ? "'" + key + "' " : "") + reason,
				cause);
		this.document = document;
		this.line = line;
		this.column = column;
		this.rule = rule;
		this.key = key;
		this.reason = reason;
	}

	/**
	 * The name of the document.
	 * @return the name
	 */
	public String document() {
		return this.document;
	}

	/**
	 * The line.
	 * @return the line, counted from 1; 0 if not known
	 */
	public int line() {
		return this.line;
	}

	/**
	 * The column.
	 * @return the column, counted from 1; 0 if not known
	 */
	public int column() {
		return this.column;
	}

	/**
	 * The name of the rule.
	 * @return the name, or {@code null} if it is not in a rule that has one
	 */
	public @Nullable String rule() {
		return this.rule;
	}

	/**
	 * The key.
	 * @return the key, such as {@code rules[0].lane}, or {@code null} if the document as
	 * a whole is wrong
	 */
	public @Nullable String key() {
		return this.key;
	}

	/**
	 * What is wrong and how to mend it, without place, rule and key.
	 * @return the reason
	 */
	public String reason() {
		return this.reason;
	}

}
