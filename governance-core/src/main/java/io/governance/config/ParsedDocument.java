package io.governance.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A document's keys, with all that can be computed once for each of its contents.
 *
 * @param digest the digest of the content that was parsed
 * @param entries the keys in the order of the document
 * @param ignored the keys that are not taken over
 */
record ParsedDocument(String digest, List<Entry> entries, List<IgnoredKey> ignored) {

	/** Stands for a name that only the environment can tell. */
	static final String ANY = "*";

	/**
	 * One key.
	 *
	 * @param canonical the key to compare by
	 * @param key the key as written
	 * @param value its value
	 * @param placeholders the canonical names that the value refers to with
	 * <code>${...}</code>
	 */
	record Entry(String canonical, String key, ConfigValue value, Set<String> placeholders) {
	}

	static ParsedDocument of(ConfigDocument document, Map<String, ConfigValue> values, List<IgnoredKey> ignored) {
		List<Entry> entries = new ArrayList<>(values.size());
		Map<Object, Set<String>> known = new IdentityHashMap<>();
		values.forEach((key, value) -> {
			Set<String> placeholders = known.computeIfAbsent(value.value(), ParsedDocument::placeholders);
			entries.add(new Entry(ConfigKeys.canonical(key), key, value, placeholders));
		});
		return new ParsedDocument(document.digest(), List.copyOf(entries), List.copyOf(ignored));
	}

	/**
	 * The names that a value refers to, however deep they are nested.
	 * @param value the value
	 * @return the canonical names, with {@link #ANY} for one that is itself composed of
	 * placeholders
	 */
	static Set<String> placeholders(Object value) {
		if (!(value instanceof String text) || !text.contains("${")) {
			return Set.of();
		}
		Set<String> names = new HashSet<>();
		for (int start = text.indexOf("${"); start >= 0; start = text.indexOf("${", start + 2)) {
			int end = start + 2;
			while (end < text.length() && ":}$".indexOf(text.charAt(end)) < 0) {
				end++;
			}
			boolean composed = text.startsWith("${", end);
			names.add(composed ? ANY : ConfigKeys.canonical(text.substring(start + 2, end).trim()));
		}
		return Set.copyOf(names);
	}

}
