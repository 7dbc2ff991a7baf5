package io.governance.config;

/**
 * The grammar of profile expressions: names, {@code !}, {@code &}, {@code |} and
 * parentheses, where {@code &} and {@code |} are not mixed without them. It is checked
 * here, without knowing any profile, so that a document can be refused before it is
 * published.
 */
final class ProfileExpression {

	private static final int MAX_DEPTH = 50;

	private final String text;

	private int position;

	private ProfileExpression(String text) {
		this.text = text;
	}

	/**
	 * Whether a text is an expression.
	 */
	static boolean isWellFormed(String text) {
		ProfileExpression expression = new ProfileExpression(text);
		return expression.operation(0) && expression.next() == 0;
	}

	private boolean operation(int depth) {
		if (!operand(depth)) {
			return false;
		}
		char operator = next();
		while (next() == '&' || next() == '|') {
			if (next() != operator) {
				return false;
			}
			this.position++;
			if (!operand(depth)) {
				return false;
			}
		}
		return true;
	}

	private boolean operand(int depth) {
		for (int negations = 0; next() == '!'; negations++) {
			if (negations == MAX_DEPTH) {
				return false;
			}
			this.position++;
		}
		if (next() == '(') {
			this.position++;
			if (depth == MAX_DEPTH || !operation(depth + 1) || next() != ')') {
				return false;
			}
			this.position++;
			return true;
		}
		int start = this.position;
		while (isName(current())) {
			this.position++;
		}
		return this.position > start;
	}

	/** The next character that is no space, or 0 at the end. */
	private char next() {
		while (Character.isWhitespace(current())) {
			this.position++;
		}
		return current();
	}

	private char current() {
		return (this.position < this.text.length()) ? this.text.charAt(this.position) : 0;
	}

	private static boolean isName(char character) {
		return character != 0 && !Character.isWhitespace(character) && "()&|!".indexOf(character) < 0;
	}

}
