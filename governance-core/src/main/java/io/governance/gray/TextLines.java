package io.governance.gray;

/**
 * The lines of a document that hold something: without blanks around it, and without
 * comments, which begin with {@code #} at the beginning of a line or after a blank. Knows
 * every kind of line end, and a byte order mark. Allocates nothing for a line. Not
 * thread-safe.
 */
final class TextLines {

	private final String text;

	private int next;

	private int line;

	private int start;

	private int end;

	TextLines(String text) {
		this.text = text;
		this.next = text.startsWith("\ufeff") ? 1 : 0;
	}

	/**
	 * Goes on to the next line that holds something.
	 * @return {@code false} if there is none
	 */
	boolean next() {
		while (this.next < this.text.length()) {
			int from = this.next;
			int to = from;
			while (to < this.text.length() && this.text.charAt(to) != '\n' && this.text.charAt(to) != '\r') {
				to++;
			}
			boolean pair = this.text.startsWith("\r\n", to);
			this.next = to + (pair ? 2 : 1);
			this.line++;
			trim(from, to);
			if (this.start < this.end) {
				return true;
			}
		}
		return false;
	}

	private void trim(int from, int to) {
		for (int i = from; i < to; i++) {
			if (this.text.charAt(i) == '#' && (i == from || Character.isWhitespace(this.text.charAt(i - 1)))) {
				to = i;
			}
		}
		while (from < to && Character.isWhitespace(this.text.charAt(from))) {
			from++;
		}
		while (from < to && Character.isWhitespace(this.text.charAt(to - 1))) {
			to--;
		}
		this.start = from;
		this.end = to;
	}

	/** The number of the line, counted from 1. */
	int line() {
		return this.line;
	}

	/** Where in the text it begins. */
	int start() {
		return this.start;
	}

	/** Where in the text it ends. */
	int end() {
		return this.end;
	}

	/** What it holds. */
	String content() {
		return this.text.substring(this.start, this.end);
	}

}
