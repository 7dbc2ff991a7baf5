package io.governance.gray;

/**
 * The flags within a regular expression.
 */
final class RegexFlags {

	private static final String HARMLESS = "idmsuU";

	private RegexFlags() {
	}

	/** Whether a valid expression switches the mode on in which blanks do not count. */
	static boolean ignoresBlanks(String pattern) {
		RegexCursor cursor = new RegexCursor(pattern);
		while (!cursor.isAtEnd()) {
			char c = cursor.next();
			if (c == '\\') {
				cursor.skipEscape();
			}
			else if (c == '[') {
				cursor.skipClass();
			}
			else if (c == '(' && cursor.passes("?")) {
				cursor.skipAny(HARMLESS);
				if (cursor.sees('x')) {
					return true;
				}
			}
		}
		return false;
	}

}
