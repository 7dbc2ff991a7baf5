package io.governance.gray;

/**
 * How often a regular expression repeats something at least, groups within groups: a
 * matcher goes through that many rounds even where there is nothing to read. An estimate,
 * since options within the expression are not looked at. Not thread-safe.
 */
final class RegexRepeats {

	private static final long MANY = Integer.MAX_VALUE;

	private final String pattern;

	private int at;

	private RegexRepeats(String pattern) {
		this.pattern = pattern;
	}

	/** How many rounds a valid expression takes at least. */
	static long in(String pattern) {
		RegexRepeats repeats = new RegexRepeats(pattern);
		long rounds = 0;
		while (repeats.at < pattern.length()) {
			rounds += repeats.sequence();
			repeats.at++;
		}
		return Math.min(MANY, rounds);
	}

	/** Up to the end of a group. */
	private long sequence() {
		long before = 0;
		long last = 0;
		while (this.at < this.pattern.length() && this.pattern.charAt(this.at) != ')') {
			if (this.pattern.charAt(this.at) == '{') {
				last = Math.min(MANY, last * Math.max(1, count()));
			}
			else {
				before = Math.min(MANY, before + last);
				last = atom();
			}
		}
		return Math.min(MANY, before + last);
	}

	private long atom() {
		char c = this.pattern.charAt(this.at++);
		long rounds = 1;
		if (c == '(') {
			rounds = Math.max(1, sequence());
			this.at++;
		}
		else if (c == '[') {
			skipClass();
		}
		else if (c == '\\') {
			skipEscape();
		}
		return rounds;
	}

	/** The least count between braces; 0 if there is none. */
	private long count() {
		long count = 0;
		this.at++;
		while (this.at < this.pattern.length() && Character.isDigit(this.pattern.charAt(this.at))) {
			count = Math.min(MANY, 10 * count + Character.digit(this.pattern.charAt(this.at++), 10));
		}
		skipTo("}");
		return count;
	}

	private void skipClass() {
		int depth = 1;
		this.at += this.pattern.startsWith("^", this.at) ? 1 : 0;
		// A bracket that comes first is one of the characters.
		this.at += this.pattern.startsWith("]", this.at) ? 1 : 0;
		while (depth > 0 && this.at < this.pattern.length()) {
			char c = this.pattern.charAt(this.at++);
			if (c == '\\') {
				skipEscape();
			}
			depth += (c == '[') ? 1 : (c == ']') ? -1 : 0;
		}
	}

	private void skipEscape() {
		char c = (this.at < this.pattern.length()) ? this.pattern.charAt(this.at++) : ' ';
		if (c == 'Q') {
			skipTo("\\E");
		}
		else if ("pPxN".indexOf(c) >= 0 && this.pattern.startsWith("{", this.at)) {
			skipTo("}");
		}
	}

	private void skipTo(String end) {
		int found = this.pattern.indexOf(end, this.at);
		this.at = (found < 0) ? this.pattern.length() : found + end.length();
	}

}
