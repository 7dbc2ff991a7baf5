package io.governance.gray;

/**
 * How often a regular expression repeats something at least, groups within groups: a
 * matcher goes through that many rounds even where there is nothing to read. An estimate,
 * since options within the expression are not looked at. Not thread-safe.
 */
final class RegexRepeats {

	private final RegexCursor cursor;

	private RegexRepeats(String pattern) {
		this.cursor = new RegexCursor(pattern);
	}

	/** How many rounds a valid expression takes at least. */
	static long in(String pattern) {
		RegexRepeats repeats = new RegexRepeats(pattern);
		long rounds = 0;
		while (!repeats.cursor.isAtEnd()) {
			rounds += repeats.sequence();
			repeats.cursor.next();
		}
		return Math.min(RegexCursor.MANY, rounds);
	}

	/** Up to the end of a group. */
	private long sequence() {
		long before = 0;
		long last = 0;
		while (!this.cursor.isAtEnd() && !this.cursor.sees(')')) {
			if (this.cursor.sees('{')) {
				last = Math.min(RegexCursor.MANY, last * Math.max(1, this.cursor.count()));
			}
			else {
				before = Math.min(RegexCursor.MANY, before + last);
				last = atom();
			}
		}
		return Math.min(RegexCursor.MANY, before + last);
	}

	private long atom() {
		char c = this.cursor.next();
		long rounds = 1;
		if (c == '(') {
			rounds = Math.max(1, sequence());
			this.cursor.next();
		}
		else if (c == '[') {
			this.cursor.skipClass();
		}
		else if (c == '\\') {
			this.cursor.skipEscape();
		}
		return rounds;
	}

}
