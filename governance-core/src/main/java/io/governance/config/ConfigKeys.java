package io.governance.config;

import java.util.Locale;
import java.util.Set;

/**
 * Compares keys as Spring Boot's relaxed binding does: {@code maxPoolSize},
 * {@code max-pool-size} and {@code MAX_POOL_SIZE} are one key.
 */
final class ConfigKeys {

	private ConfigKeys() {
	}

	/**
	 * The one spelling of a key: lower case, without dashes and underscores; what stands
	 * in brackets stays as it is, without the brackets where it needs none.
	 * @param key the key as written
	 * @return the key to compare by
	 */
	static String canonical(String key) {
		int length = key.length();
		int i = 0;
		while (i < length && isCanonical(key.charAt(i))) {
			i++;
		}
		if (i == length) {
			return key;
		}
		StringBuilder canonical = new StringBuilder(length).append(key, 0, i);
		boolean bracket = false;
		for (; i < length; i++) {
			char c = key.charAt(i);
			int end = (c == '[' && !bracket) ? endOfName(key, i + 1) : -1;
			if (end > 0) {
				canonical.append((i == 0) ? "" : ".").append(key, i + 1, end).append(boundary(key, end));
				i = end;
				continue;
			}
			boolean closed = bracket && c == ']';
			bracket = (c == '[') || (bracket && !closed);
			if (bracket || c == ']') {
				canonical.append(c).append(closed ? boundary(key, i) : "");
			}
			else if (c != '-' && c != '_') {
				canonical.append(Character.toLowerCase(c));
			}
		}
		return canonical.toString();
	}

	/**
	 * The end of what stands in brackets, if it would mean the same without them.
	 * @return where it ends; below 0 if it is an index or needs its brackets
	 */
	private static int endOfName(String key, int from) {
		int end = from;
		boolean index = true;
		while (end < key.length() && key.charAt(end) != '.' && isCanonical(key.charAt(end))) {
			index &= key.charAt(end++) <= '9';
		}
		return (!index && end < key.length() && key.charAt(end) == ']') ? end : -1;
	}

	/**
	 * What stands behind a closing bracket is an element of its own, also without a dot.
	 */
	private static String boundary(String key, int closing) {
		boolean dotted = closing + 1 >= key.length() || key.charAt(closing + 1) == '.'
				|| key.charAt(closing + 1) == '[';
		return dotted ? "" : ".";
	}

	private static boolean isCanonical(char c) {
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
	}

	/**
	 * A key as its bare elements: lower-case letters and digits between dots, which is
	 * all that Spring Boot compares, also of what it would have to clean up first. What
	 * stands in brackets is an element too, and so is what follows them without a dot; a
	 * name in capitals with underscores is taken for an environment variable.
	 * @param key the key as written
	 * @return the elements, to be compared only
	 */
	static String plain(String key) {
		int length = key.length();
		int i = 0;
		while (i < length && isCanonical(key.charAt(i))) {
			i++;
		}
		if (i == length && !key.startsWith(".") && !key.endsWith(".") && !key.contains("..")) {
			return key;
		}
		boolean variable = key.indexOf('.') < 0 && key.equals(key.toUpperCase(Locale.ROOT));
		StringBuilder plain = new StringBuilder(length);
		for (i = 0; i < length; i++) {
			char c = Character.toLowerCase(key.charAt(i));
			boolean separator = c == '.' || c == '[' || c == ']' || (variable && c == '_');
			if (separator && plain.length() > 0 && plain.charAt(plain.length() - 1) != '.') {
				plain.append('.');
			}
			else if (!separator && isCanonical(c)) {
				plain.append(c);
			}
		}
		int end = plain.length() - 1;
		return (end >= 0 && plain.charAt(end) == '.') ? plain.substring(0, end) : plain.toString();
	}

	/**
	 * Adds what placeholders may call a key by: Spring Boot leaves out all but letters
	 * and digits, and takes {@code list[0]} for {@code list.0}.
	 * @param canonical the canonical key
	 * @param names the names, with {@link ParsedDocument#ANY} where they are hard to tell
	 */
	static void addNames(String canonical, Set<String> names) {
		names.add(canonical);
		String plain = plain(canonical);
		if (!plain.isEmpty()) {
			names.add(plain);
		}
		if (!bracketsMatch(canonical)) {
			names.add(ParsedDocument.ANY);
		}
	}

	/**
	 * Whether Spring Boot may take a key for a prefix or for something below it. Where
	 * brackets do not match, Boot's idea of elements is hard to tell: then the letters
	 * decide, wherever elements begin.
	 * @param key the key as written
	 * @param prefix a {@linkplain #plain plain} prefix
	 * @return {@code true} if it may
	 */
	static boolean mayBeBelow(String key, String prefix) {
		String plain = plain(key);
		return bracketsMatch(key) ? isBelow(plain, prefix) : plain.replace(".", "").startsWith(prefix.replace(".", ""));
	}

	/**
	 * Whether every bracket of a key is closed, and none is closed that was not opened.
	 */
	static boolean bracketsMatch(String key) {
		int depth = 0;
		for (int i = 0; i < key.length() && depth >= 0; i++) {
			char c = key.charAt(i);
			depth += (c == '[') ? 1 : ((c == ']') ? -1 : 0);
		}
		return depth == 0;
	}

	/**
	 * The first letter or digit of the plain form of a key, which rules most keys out
	 * without making that form.
	 * @param key the key as written
	 * @return the character, or 0 if there is none
	 */
	static char first(String key) {
		for (int i = 0; i < key.length(); i++) {
			char c = Character.toLowerCase(key.charAt(i));
			if (c != '.' && isCanonical(c)) {
				return c;
			}
		}
		return 0;
	}

	/**
	 * The list that a key belongs to: what stands before the first index such as
	 * {@code [0]}. Other brackets hold the keys of maps.
	 * @param key a canonical key
	 * @return the list, or the key itself if it belongs to none
	 */
	static String list(String key) {
		int open = key.indexOf('[');
		while (open >= 0) {
			int close = key.indexOf(']', open);
			if (open > 0 && isIndex(key, open + 1, close)) {
				return key.substring(0, open);
			}
			open = (close < 0) ? -1 : key.indexOf('[', close);
		}
		return key;
	}

	private static boolean isIndex(String key, int from, int to) {
		for (int i = from; i < to; i++) {
			if (key.charAt(i) < '0' || key.charAt(i) > '9') {
				return false;
			}
		}
		return from < to;
	}

	/**
	 * Whether a key is the prefix itself or stands below it.
	 * @param key a canonical key
	 * @param prefix a canonical prefix; empty for everything
	 * @return {@code true} if the prefix holds the key
	 */
	static boolean isBelow(String key, String prefix) {
		if (prefix.isEmpty() || key.equals(prefix)) {
			return true;
		}
		if (!key.startsWith(prefix)) {
			return false;
		}
		char next = key.charAt(prefix.length());
		return next == '.' || next == '[';
	}

}
