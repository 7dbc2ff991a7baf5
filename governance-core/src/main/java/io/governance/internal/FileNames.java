package io.governance.internal;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Turns names into file names that every file system takes, and back. Letters, digits and
 * {@code _ - . @} stand for themselves, anything else is percent-encoded (a colon is
 * {@code %3A}); so is what Windows would not take: a final dot, and the first letter of a
 * device's name such as {@code nul.yaml}. Names are never empty and hold no path.
 */
public final class FileNames {

	private static final Pattern DEVICE = Pattern.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?");

	private FileNames() {
	}

	/**
	 * Encodes a name.
	 * @param name the name
	 * @return the file name, which never is a path nor hidden
	 */
	public static String encode(String name) {
		StringBuilder encoded = new StringBuilder(name.length() + 8);
		boolean device = DEVICE.matcher(name.toLowerCase(Locale.ROOT)).matches();
		byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
		for (int i = 0; i < bytes.length; i++) {
			char c = (char) (bytes[i] & 0xff);
			boolean edge = (i == 0 && (device || c == '.')) || (i == bytes.length - 1 && c == '.');
			if (plain(c) && !edge) {
				encoded.append(c);
			}
			else {
				encoded.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
			}
		}
		return encoded.toString();
	}

	/**
	 * Decodes a file name.
	 * @param fileName the file name
	 * @return the name, or empty if {@link #encode} makes no such file name
	 */
	public static Optional<String> decode(String fileName) {
		byte[] bytes = new byte[fileName.length()];
		int length = 0;
		for (int i = 0; i < fileName.length(); i++) {
			char c = fileName.charAt(i);
			if (c == '%' && i + 2 < fileName.length() && hex(fileName.charAt(i + 1)) && hex(fileName.charAt(i + 2))) {
				bytes[length++] = (byte) Integer.parseInt(fileName, i + 1, i + 3, 16);
				i += 2;
			}
			else if (plain(c)) {
				bytes[length++] = (byte) c;
			}
			else {
				return Optional.empty();
			}
		}
		String name = new String(bytes, 0, length, StandardCharsets.UTF_8);
		return encode(name).equals(fileName) ? Optional.of(name) : Optional.empty();
	}

	private static boolean plain(char c) {
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'
				|| c == '.' || c == '@';
	}

	private static boolean hex(char c) {
		return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
	}

}
