package io.governance.gray;

/**
 * Goes through a valid regular expression, part by part. Not thread-safe.
 */
final class RegexCursor {

	/** Counts above count as this. */
	static final long MANY = Integer.MAX_VALUE;

	private final String pattern;

	private int at;

	RegexCursor(String pattern) {
		this.pattern = pattern;
	}

	boolean isAtEnd() {
		return this.at >= this.pattern.length();
	}

	/** Whether a character comes next. */
	boolean sees(char c) {
		return !isAtEnd() && this.pattern.charAt(this.at) == c;
	}

	/** Whether something comes next, which is passed over then. */
	boolean passes(String text) {
		boolean found = this.pattern.startsWith(text, this.at);
		this.at += found ? text.length() : 0;
		return found;
	}

	/** The next character; a space at the end. */
	char next() {
		char c = isAtEnd() ? ' ' : this.pattern.charAt(this.at);
		this.at++;
		return c;
	}

	/** Passes over braces. Returns the least count in them; 0 if there is none. */
	long count() {
		long count = 0;
		this.at++;
		while (!isAtEnd() && Character.isDigit(this.pattern.charAt(this.at))) {
			count = Math.min(MANY, 10 * count + Character.digit(this.pattern.charAt(this.at++), 10));
		}
		skipTo("}");
		return count;
	}

	/** Passes over the rest of a class of characters. */
	void skipClass() {
		int depth = 1;
		passes("^");
		// A bracket that comes first is one of the characters.
		passes("]");
		while (depth > 0 && !isAtEnd()) {
			char c = next();
			if (c == '\\') {
				skipEscape();
			}
			depth += (c == '[') ? 1 : (c == ']') ? -1 : 0;
		}
	}

	/** Passes over what follows a backslash. Returns its first character. */
	char skipEscape() {
		char c = next();
		if (c == 'Q') {
			skipTo("\\E");
		}
		else if ("pPxNk".indexOf(c) >= 0) {
			if (sees('{')) {
				skipTo("}");
			}
			else if (sees('<')) {
				skipTo(">");
			}
		}
		return c;
	}

	/** Passes over whatever comes next of some characters. */
	void skipAny(String characters) {
		while (!isAtEnd() && characters.indexOf(this.pattern.charAt(this.at)) >= 0) {
			this.at++;
		}
	}

	/** Passes over everything up to the end of a text. */
	void skipTo(String end) {
		int found = this.pattern.indexOf(end, this.at);
		this.at = (found < 0) ? this.pattern.length() : found + end.length();
	}

}
