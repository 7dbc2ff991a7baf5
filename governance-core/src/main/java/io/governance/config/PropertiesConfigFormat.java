package io.governance.config;

import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * Java properties in UTF-8. Lines are told apart here, so that every key knows its line;
 * what a line means is left to {@link Properties}.
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
		Map<String, ConfigValue> values = new LinkedHashMap<>();
		List<String> lines = document.text().lines().toList();
		int next = 0;
		while (next < lines.size()) {
			int start = next;
			StringBuilder logical = new StringBuilder(lines.get(next++));
			while (!isComment(lines.get(start)) && isContinued(lines.get(next - 1)) && next < lines.size()) {
				logical.append('\n').append(lines.get(next++));
			}
			ConfigOrigin origin = new ConfigOrigin(document.id(), start + 1, 1);
			parse(logical.toString(), origin).forEach((key, value) -> put(values, (String) key, value, origin));
		}
		return values;
	}

	private static boolean isComment(String line) {
		String text = line.stripLeading();
		return text.startsWith("#") || text.startsWith("!");
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

	private void put(Map<String, ConfigValue> values, String key, Object value, ConfigOrigin origin) {
		if (values.size() >= this.limits.maxKeys()) {
			throw new InvalidConfigException(origin, null,
					"has more than the " + this.limits.maxKeys() + " keys that are allowed", null);
		}
		ConfigValue earlier = values.put(key, new ConfigValue(value, origin));
		if (earlier != null) {
			throw new InvalidConfigException(origin, key, "stands twice, first in line " + earlier.origin().line(),
					null);
		}
	}

}
