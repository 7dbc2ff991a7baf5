package io.governance.boot.gray;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.governance.boot.InvalidSettingException;

/**
 * One member of the W3C header {@code baggage}, whose value is percent-encoded. The
 * others are passed on as they are, as far as there is room. Immutable; what it does
 * takes time in proportion to the header's length.
 */
final class BaggageMember {

	static final String HEADER = "baggage";

	/** The length that every participant passes on, in bytes. */
	static final int MAX_LENGTH = 8192;

	/** More than every participant passes on. */
	static final int MAX_MEMBERS = 180;

	private static final String TOKEN = "!#$%&'*+-.^_`|~";

	private static final String UNRESERVED = "-._~";

	private final String key;

	/**
	 * Creates a member.
	 * @param key its name, a token of HTTP
	 * @throws InvalidSettingException if the name is none
	 */
	BaggageMember(String key) {
		if (!isToken(key)) {
			throw new InvalidSettingException("governance.gray.baggage-key", "'" + key + "' cannot name a member",
					"Use letters, digits and any of " + TOKEN, null);
		}
		this.key = key;
	}

	/** Whether a text is a token of HTTP, as names of headers are. */
	static boolean isToken(String text) {
		return !text.isEmpty() && text.chars().allMatch((c) -> isAlphanumeric(c) || TOKEN.indexOf(c) >= 0);
	}

	private static boolean isAlphanumeric(int c) {
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
	}

	/**
	 * The value.
	 * @param lines the header's lines
	 * @return the decoded value; {@code null} if there is none, if it is malformed, or if
	 * the header is too long
	 */
	@Nullable String read(List<String> lines) {
		if (lines.stream().mapToInt(String::length).sum() > MAX_LENGTH) {
			return null;
		}
		for (String line : lines) {
			int start = find(line);
			if (start >= 0) {
				int end = end(line, start);
				int equals = line.indexOf('=', start);
				int properties = line.indexOf(';', start);
				return decode(
						line.substring(equals + 1, (properties >= 0 && properties < end) ? properties : end).trim());
			}
		}
		return null;
	}

	/** Whether the member is there. */
	boolean in(List<String> lines) {
		for (String line : lines) {
			if (find(line) >= 0) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The header with another value of this member.
	 * @param lines the header's lines
	 * @param value the value, or {@code null} for none
	 * @return the header as one line, this member first; empty if nothing is left
	 */
	String with(List<String> lines, @Nullable String value) {
		StringBuilder header = new StringBuilder();
		int members = 0;
		if (value != null) {
			encode(value, header.append(this.key).append('='));
			members++;
		}
		for (String line : lines) {
			int start = 0;
			while (start < line.length()) {
				int end = end(line, start);
				String member = line.substring(start, end).trim();
				if (!member.isEmpty() && !isThis(line, start, end)) {
					if (members == MAX_MEMBERS || header.length() + 1 + member.length() > MAX_LENGTH) {
						return header.toString();
					}
					header.append(header.isEmpty() ? "" : ",").append(member);
					members++;
				}
				start = end + 1;
			}
		}
		return header.toString();
	}

	/** Where the member begins; below 0 if it is not there. */
	private int find(String line) {
		int start = 0;
		while (start < line.length()) {
			int end = end(line, start);
			if (isThis(line, start, end)) {
				return start;
			}
			start = end + 1;
		}
		return -1;
	}

	private static int end(String line, int start) {
		int comma = line.indexOf(',', start);
		return (comma < 0) ? line.length() : comma;
	}

	private boolean isThis(String line, int from, int end) {
		int start = from;
		while (start < end && line.charAt(start) <= ' ') {
			start++;
		}
		if (!line.startsWith(this.key, start)) {
			return false;
		}
		int after = start + this.key.length();
		while (after < end && line.charAt(after) <= ' ') {
			after++;
		}
		return after < end && line.charAt(after) == '=';
	}

	private static void encode(String value, StringBuilder target) {
		for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
			if (isAlphanumeric(octet) || (octet > 0 && UNRESERVED.indexOf(octet) >= 0)) {
				target.append((char) octet);
			}
			else {
				target.append('%')
					.append(Character.toUpperCase(Character.forDigit((octet >> 4) & 0xf, 16)))
					.append(Character.toUpperCase(Character.forDigit(octet & 0xf, 16)));
			}
		}
	}

	private static @Nullable String decode(String value) {
		if (value.indexOf('%') < 0) {
			return value;
		}
		StringBuilder decoded = new StringBuilder(value.length());
		for (int i = 0; i < value.length(); i++) {
			char c = value.charAt(i);
			if (c == '%') {
				int high = (i + 2 < value.length()) ? Character.digit(value.charAt(i + 1), 16) : -1;
				int low = (i + 2 < value.length()) ? Character.digit(value.charAt(i + 2), 16) : -1;
				if (high < 0 || low < 0) {
					return null;
				}
				c = (char) (high << 4 | low);
				i += 2;
			}
			// A lane has no other characters.
			if (c > '~') {
				return null;
			}
			decoded.append(c);
		}
		return decoded.toString();
	}

}
