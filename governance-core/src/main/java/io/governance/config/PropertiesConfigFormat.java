package io.governance.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Java properties in UTF-8, line by line, so that every key knows where it begins and
 * none is replaced in silence, which {@link java.util.Properties} can do neither of.
 * Parts that {@code #---} divides are layers, the last one the highest.
 */
final class PropertiesConfigFormat implements ConfigFormat {

	private final DocumentLimits limits;

	PropertiesConfigFormat(DocumentLimits limits) {
		this.limits = limits;
	}

	@Override
	public Set<String> extensions() {
		return Set.of("properties");
	}

	@Override
	public Map<String, ConfigValue> parse(ConfigDocument document) {
		return LayeredKeys.merge(parts(document));
	}

	@Override
	public List<Map<String, ConfigValue>> parts(ConfigDocument document) {
		this.limits.checkSize(document);
		List<Map<String, ConfigValue>> parts = new ArrayList<>();
		FlatKeys keys = new FlatKeys(this.limits);
		List<String> lines = document.text().lines().toList();
		int next = 0;
		while (next < lines.size()) {
			int start = next;
			String first = lines.get(next++);
			int indent = skipBlanks(first, 0);
			if (indent == first.length() || first.charAt(indent) == '#' || first.charAt(indent) == '!') {
				if (isSeparator(lines, start)) {
					addTo(parts, keys.take());
				}
				continue;
			}
			StringBuilder logical = new StringBuilder(first).delete(0, indent);
			while (isContinued(logical) && logical.length() > 1) {
				logical.setLength(logical.length() - 1);
				if (next < lines.size()) {
					String more = lines.get(next++);
					logical.append(more, skipBlanks(more, 0), more.length());
				}
			}
			if (logical.toString().equals("\\")) {
				continue;
			}
			put(logical, new ConfigOrigin(document.id(), start + 1, indent + 1), keys);
		}
		addTo(parts, keys.take());
		return parts;
	}

	private static void addTo(List<Map<String, ConfigValue>> parts, Map<String, ConfigValue> part) {
		if (!part.isEmpty()) {
			parts.add(part);
		}
	}

	/**
	 * Whether a new part begins at a line, as Spring Boot sees it: {@code #---} or
	 * {@code !---}, alone among the comments of its kind.
	 */
	private static boolean isSeparator(List<String> lines, int at) {
		String line = lines.get(at);
		if (!line.equals("#---") && !line.equals("!---")) {
			return false;
		}
		String comment = line.substring(0, 1);
		return (at == 0 || !lines.get(at - 1).startsWith(comment))
				&& (at + 1 == lines.size() || !lines.get(at + 1).startsWith(comment));
	}

	private static void put(CharSequence line, ConfigOrigin origin, FlatKeys keys) {
		int end = 0;
		while (end < line.length() && !isBlank(line.charAt(end)) && !isSeparator(line.charAt(end))) {
			end += (line.charAt(end) == '\\') ? 2 : 1;
		}
		end = Math.min(end, line.length());
		int value = skipBlanks(line, end);
		if (value < line.length() && isSeparator(line.charAt(value))) {
			value = skipBlanks(line, value + 1);
		}
		String key = unescaped(line, 0, end, origin);
		keys.visit(key, 1, origin);
		keys.put(key, unescaped(line, value, line.length(), origin), origin);
	}

	private static int skipBlanks(CharSequence line, int from) {
		int i = from;
		while (i < line.length() && isBlank(line.charAt(i))) {
			i++;
		}
		return i;
	}

	private static boolean isBlank(char c) {
		return c == ' ' || c == '\t' || c == '\f';
	}

	private static boolean isSeparator(char c) {
		return c == '=' || c == ':';
	}

	private static boolean isContinued(CharSequence line) {
		int backslashes = 0;
		while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
			backslashes++;
		}
		return backslashes % 2 == 1;
	}

	private static String unescaped(CharSequence line, int from, int to, ConfigOrigin origin) {
		StringBuilder text = new StringBuilder(to - from);
		for (int i = from; i < to; i++) {
			char c = line.charAt(i);
			if (c != '\\') {
				text.append(c);
				continue;
			}
			char escaped = line.charAt(++i);
			switch (escaped) {
				case 't' -> text.append('\t');
				case 'n' -> text.append('\n');
				case 'r' -> text.append('\r');
				case 'f' -> text.append('\f');
				case 'u' -> {
					text.append(unicode(line, i + 1, to, origin));
					i += 4;
				}
				default -> text.append(escaped);
			}
		}
		return text.toString();
	}

	private static char unicode(CharSequence line, int from, int to, ConfigOrigin origin) {
		int c = 0;
		for (int i = from; i < from + 4; i++) {
			int digit = (i < to && line.charAt(i) < 128) ? Character.digit(line.charAt(i), 16) : -1;
			if (digit < 0) {
				throw new InvalidConfigException(origin, null, "has a malformed \\u escape", null);
			}
			c = c * 16 + digit;
		}
		return (char) c;
	}

}
