package io.governance.gray;

/**
 * In how many ways a matcher may go through a regular expression without reading a
 * character: at the end of a text it tries them all, and nobody could count its steps.
 * {@code (a*|b*)} has two, and forty of them in a row 2^40. An estimate from above. Not
 * thread-safe.
 */
final class RegexPaths {

	private static final double MANY = 1e9;

	private final RegexCursor cursor;

	private RegexPaths(String pattern) {
		this.cursor = new RegexCursor(pattern);
	}

	/** The most ways that come together anywhere in a valid expression; 1 or more. */
	static double in(String pattern) {
		RegexPaths paths = new RegexPaths(pattern);
		double most = 1;
		while (!paths.cursor.isAtEnd()) {
			most = Math.max(most, paths.alternatives().most());
			paths.cursor.next();
		}
		return most;
	}

	/** Up to the end of a group. */
	private Part alternatives() {
		double through = 0;
		double most = 1;
		while (true) {
			Part part = sequence();
			through += part.through();
			most = Math.max(most, part.most());
			if (!this.cursor.passes("|")) {
				return new Part(through, Math.max(most, through));
			}
		}
	}

	private Part sequence() {
		double through = 1;
		double most = 1;
		while (!this.cursor.isAtEnd() && !this.cursor.sees(')') && !this.cursor.sees('|')) {
			Part part = repeated(atom());
			most = Math.max(most, through * part.most());
			through = Math.min(MANY, through * part.through());
			most = Math.max(most, through);
		}
		return new Part(through, most);
	}

	private Part atom() {
		char c = this.cursor.next();
		return switch (c) {
			case '(' -> group();
			case '[' -> {
				this.cursor.skipClass();
				yield Part.READS;
			}
			case '\\' -> "bBAGzZ123456789k".indexOf(this.cursor.skipEscape()) >= 0 ? Part.READS_NOTHING : Part.READS;
			case '^', '$' -> Part.READS_NOTHING;
			default -> Part.READS;
		};
	}

	private Part group() {
		boolean looks = false;
		if (this.cursor.passes("?")) {
			looks = this.cursor.passes("=") || this.cursor.passes("!") || this.cursor.passes("<=")
					|| this.cursor.passes("<!");
			if (!looks && this.cursor.passes("<")) {
				this.cursor.skipTo(">");
			}
			else if (!looks && !this.cursor.passes(">")) {
				while (!this.cursor.isAtEnd() && !this.cursor.sees(':') && !this.cursor.sees(')')) {
					this.cursor.next();
				}
				this.cursor.passes(":");
			}
		}
		Part inside = alternatives();
		this.cursor.next();
		return looks ? new Part(1, inside.most()) : inside;
	}

	private Part repeated(Part part) {
		Part repeated = part;
		while (true) {
			if (this.cursor.sees('{')) {
				long least = this.cursor.count();
				repeated = (least == 0) ? repeated.orNot() : repeated.times(least);
			}
			else if (this.cursor.passes("?") || this.cursor.passes("*")) {
				repeated = repeated.orNot();
			}
			else if (!this.cursor.passes("+")) {
				return repeated;
			}
			// Reluctant or possessive.
			if (!this.cursor.passes("?")) {
				this.cursor.passes("+");
			}
		}
	}

	/**
	 * A part of an expression.
	 *
	 * @param through in how many ways it is passed without reading anything
	 * @param most how many ways come together in it
	 */
	private record Part(double through, double most) {

		private static final Part READS = new Part(0, 1);

		private static final Part READS_NOTHING = new Part(1, 1);

		Part {
			through = Math.min(MANY, through);
			most = Math.min(MANY, most);
		}

		/** It may be left out. */
		Part orNot() {
			return new Part(this.through + 1, Math.max(this.most, this.through + 1));
		}

		Part times(long count) {
			double through = Math.pow(this.through, count);
			return new Part(through, Math.max(Math.pow(Math.max(1, this.through), count - 1) * this.most, through));
		}

	}

}
