package io.governance.gray;

/**
 * Versions as semver.org 2.0.0 has them, such as {@code 2.1.0-beta.1}: looked at as they
 * are written, without an object for them.
 */
final class SemanticVersion {

	/** The longest one. */
	static final int MAX_LENGTH = 256;

	private static final int PLACE_DIGITS = 6;

	/** As many as 999,999 needs. */
	private static final int PLACE_BITS = 20;

	private SemanticVersion() {
	}

	/**
	 * Whether a text is a version: three numbers, perhaps a prerelease, perhaps a build.
	 */
	static boolean isValid(String text) {
		if (text.length() > MAX_LENGTH) {
			return false;
		}
		int at = 0;
		for (int i = 0; i < 3; i++) {
			int end = number(text, at);
			if (end == at || (text.charAt(at) == '0' && end - at > 1)) {
				return false;
			}
			if (i < 2 && (end == text.length() || text.charAt(end) != '.')) {
				return false;
			}
			at = (i < 2) ? end + 1 : end;
		}
		if (at < text.length() && text.charAt(at) == '-') {
			at = identifiers(text, at + 1, false);
		}
		if (at >= 0 && at < text.length() && text.charAt(at) == '+') {
			at = identifiers(text, at + 1, true);
		}
		return at == text.length();
	}

	private static int number(String text, int at) {
		while (at < text.length() && isDigit(text.charAt(at))) {
			at++;
		}
		return at;
	}

	/**
	 * Where they end; -1 if one is empty or, unless it may, a number with a zero first.
	 */
	private static int identifiers(String text, int at, boolean zeros) {
		while (true) {
			int start = at;
			boolean digits = true;
			while (at < text.length() && isPart(text.charAt(at))) {
				digits &= isDigit(text.charAt(at++));
			}
			if (at == start || (!zeros && digits && at - start > 1 && text.charAt(start) == '0')) {
				return -1;
			}
			if (at == text.length() || text.charAt(at) != '.') {
				return at;
			}
			at++;
		}
	}

	private static boolean isDigit(char c) {
		return c >= '0' && c <= '9';
	}

	private static boolean isPart(char c) {
		return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
	}

	/**
	 * The place of a release whose numbers are small: an odd number above the places of
	 * all that come before it. The even number below it is left to its prereleases.
	 * @param version a text
	 * @return the place; -1 if the text is no version, a prerelease, a build, or has a
	 * number above 999,999
	 */
	static long place(String version) {
		long place = 0;
		int dots = 0;
		int digits = 0;
		int part = 0;
		for (int i = 0; i < version.length(); i++) {
			int c = version.charAt(i) - '0';
			if (c >= 0 && c <= 9) {
				if ((part == 0 && digits > 0) || ++digits > PLACE_DIGITS) {
					return -1;
				}
				part = part * 10 + c;
			}
			else if (c == '.' - '0' && digits > 0 && ++dots <= 2) {
				place = place << PLACE_BITS | part;
				part = 0;
				digits = 0;
			}
			else {
				return -1;
			}
		}
		return (dots == 2 && digits > 0) ? (place << PLACE_BITS | part) << 1 | 1 : -1;
	}

	/**
	 * Which of two versions comes first. Builds do not count.
	 * @param one a valid version
	 * @param other another one
	 * @return negative, 0 or positive
	 */
	static int compare(String one, String other) {
		int a = 0;
		int b = 0;
		for (int i = 0; i < 3; i++) {
			int endA = number(one, a);
			int endB = number(other, b);
			int order = numbers(one, a, endA, other, b, endB);
			if (order != 0) {
				return order;
			}
			a = endA + 1;
			b = endB + 1;
		}
		// A version that is shorter than its place has no prerelease.
		boolean released = a > one.length() || one.charAt(a - 1) != '-';
		boolean otherReleased = b > other.length() || other.charAt(b - 1) != '-';
		if (released || otherReleased) {
			return Boolean.compare(released, otherReleased);
		}
		return prereleases(one, a, other, b);
	}

	private static int prereleases(String one, int a, String other, int b) {
		while (true) {
			int endA = identifier(one, a);
			int endB = identifier(other, b);
			boolean digits = number(one, a) >= endA;
			boolean otherDigits = number(other, b) >= endB;
			int order;
			if (digits && otherDigits) {
				order = numbers(one, a, endA, other, b, endB);
			}
			else {
				order = (digits != otherDigits) ? (digits ? -1 : 1) : texts(one, a, endA, other, b, endB);
			}
			if (order != 0) {
				return order;
			}
			boolean more = endA < one.length() && one.charAt(endA) == '.';
			boolean otherMore = endB < other.length() && other.charAt(endB) == '.';
			if (!more || !otherMore) {
				return Boolean.compare(more, otherMore);
			}
			a = endA + 1;
			b = endB + 1;
		}
	}

	private static int identifier(String text, int at) {
		while (at < text.length() && isPart(text.charAt(at))) {
			at++;
		}
		return at;
	}

	/** Of whatever size: without zeros before them, the longer one is the larger one. */
	private static int numbers(String one, int a, int endA, String other, int b, int endB) {
		int order = Integer.compare(endA - a, endB - b);
		return (order != 0) ? order : texts(one, a, endA, other, b, endB);
	}

	private static int texts(String one, int a, int endA, String other, int b, int endB) {
		while (a < endA && b < endB) {
			int order = Character.compare(one.charAt(a++), other.charAt(b++));
			if (order != 0) {
				return order;
			}
		}
		return Integer.compare(endA - a, endB - b);
	}

}
