package io.governance.config;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * Java properties in UTF-8. Lines are told apart here, so that every key knows where it
 * begins; what a line means is left to {@link Properties}.
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
		this.limits.checkSize(document);
		FlatKeys keys = new FlatKeys(this.limits);
		List<String> lines = document.text().lines().toList();
		int next = 0;
		while (next < lines.size()) {
			int start = next;
			String first = lines.get(next++);
			if (isBlankOrComment(first)) {
				continue;
			}
			StringBuilder logical = new StringBuilder(first);
			while (isContinued(lines.get(next - 1)) && next < lines.size()) {
				logical.append('\n').append(lines.get(next++));
			}
			int column = first.length() - first.stripLeading().length() + 1;
			ConfigOrigin origin = new ConfigOrigin(document.id(), start + 1, column);
			parse(logical.toString(), origin).forEach((key, value) -> {
				keys.visit((String) key, 1, origin);
				keys.put((String) key, value, origin);
			});
		}
		return keys.take();
	}

	private static boolean isBlankOrComment(String line) {
		String text = line.stripLeading();
		return text.isEmpty() || text.startsWith("#") || text.startsWith("!");
	}

	private static boolean isContinued(String line) {
		int backslashes = 0;
		while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
			backslashes++;
		}
		return backslashes % 2 == 1;
	}

	private static Properties parse(String logicalLine, ConfigOrigin origin) {
		Properties properties = new Properties();
		try {
			properties.load(new StringReader(logicalLine));
			return properties;
		}
		catch (IOException | IllegalArgumentException ex) {
			throw new InvalidConfigException(origin, null, "has a malformed \\u escape", null);
		}
	}

}
