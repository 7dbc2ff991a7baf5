package io.governance.lint;

import java.util.Locale;

import io.governance.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Something in a document that is wrong, or may be. Never holds a value of the document.
 *
 * @param severity how bad it is
 * @param document what the document is called, such as the path of its file
 * @param line the line, counted from 1; 0 if not known
 * @param column the column, counted from 1; 0 if not known
 * @param key the key as it is written, or {@code null} if the document as a whole is
 * wrong
 * @param property the property that the key stands for, as the metadata name it, or
 * {@code null} if there is none
 * @param reason what is wrong
 * @param fix what to do about it, or {@code null} if the reason says it all
 */
public record LintFinding(Severity severity, String document, int line, int column, @Nullable String key,
		@Nullable String property, String reason, @Nullable String fix) {

	/**
	 * How bad a finding is.
	 */
	public enum Severity {

		/** It does not work. */
		ERROR,

		/** It works, or it cannot be told. */
		WARNING

	}

	/**
	 * The finding as editors and compilers write it.
	 * @return {@code document:line:column: severity: 'key' reason: fix}
	 */
	@Override
	public String toString() {
		StringBuilder text = new StringBuilder(this.document);
		if (this.line > 0) {
			text.append(':').append(this.line).append(':').append(this.column);
		}
		text.append(": ").append(this.severity.name().toLowerCase(Locale.ROOT)).append(": ");
		if (this.key != null) {
			text.append('\'').append(Printable.of(this.key)).append("' ");
		}
		text.append(this.reason);
		if (this.fix != null) {
			text.append(": ").append(this.fix);
		}
		return text.toString();
	}

}
