package io.governance;

import java.util.regex.Pattern;

/**
 * What comes from outside, as it may stand in a line of a log, in a message or on a
 * terminal: it ends no line, turns none around and hides nothing.
 */
public final class Printable {

	private static final Pattern UNSEEN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

	private Printable() {
	}

	/**
	 * A text by what can be seen of it.
	 * @param text the text
	 * @return the text, with a question mark for each control character, each one without
	 * a glyph of its own, and what divides lines
	 */
	public static String of(String text) {
		return UNSEEN.matcher(text).replaceAll("?");
	}

	/**
	 * The beginning of a text by what can be seen of it.
	 * @param text the text
	 * @param length how many characters of it are shown
	 * @return the text as {@link #of(String)} shows it, with three dots for what is left
	 * out
	 */
	public static String of(String text, int length) {
		return of((text.length() > length) ? text.substring(0, length) + "..." : text);
	}

}
