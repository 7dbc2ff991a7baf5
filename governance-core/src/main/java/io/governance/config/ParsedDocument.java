package io.governance.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A document's keys, with all that can be computed once for each of its contents.
 *
 * @param digest the digest of the content that was parsed
 * @param entries the keys in the order of the document
 * @param index finds some of them
 * @param ignored the keys that are not taken over
 */
record ParsedDocument(String digest, List<Entry> entries, DocumentIndex index, List<IgnoredKey> ignored) {

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

		/**
		 * The name under which the key is laid over those of lower layers: the list that
		 * it belongs to, or the key itself.
		 */
		String name() {
			return ConfigKeys.list(this.canonical);
		}

		private boolean is(String key, ConfigValue value) {
			return this.key.equals(key) && this.value.equals(value);
		}

	}

	/**
	 * Prepares a document.
	 * @param document the document
	 * @param values its keys
	 * @param ignored the keys that are not taken over
	 * @param earlier an earlier version of it, with which all is shared that is the same
	 */
	static ParsedDocument of(ConfigDocument document, Map<String, ConfigValue> values, List<IgnoredKey> ignored,
			@Nullable ParsedDocument earlier) {
		List<Entry> known = (earlier != null) ? earlier.entries() : List.of();
		List<Entry> entries = new ArrayList<>(values.size());
		Map<Object, Set<String>> placeholders = new IdentityHashMap<>();
		values.forEach((key, value) -> {
			Entry same = (entries.size() < known.size()) ? known.get(entries.size()) : null;
			entries.add((same != null && same.is(key, value)) ? same : entry(key, value, placeholders));
		});
		List<Entry> all = List.copyOf(entries);
		return new ParsedDocument(document.digest(), all,
				DocumentIndex.of(all, (earlier != null) ? earlier.index() : null), List.copyOf(ignored));
	}

	private static Entry entry(String key, ConfigValue value, Map<Object, Set<String>> placeholders) {
		Set<String> names = (value.value() instanceof String text && text.contains("${"))
				? placeholders.computeIfAbsent(text, ParsedDocument::placeholders) : Set.of();
		return new Entry(ConfigKeys.canonical(key), key, value, names);
	}

	/**
	 * The names that a value refers to, however deep they are nested. Of a placeholder
	 * with a default what stands before that, and all of it: Spring looks for both.
	 * @param value the value
	 * @return the canonical names, also as their bare elements, with {@link #ANY} for one
	 * that is itself composed of placeholders
	 */
	static Set<String> placeholders(Object value) {
		if (!(value instanceof String text) || !text.contains("${")) {
			return Set.of();
		}
		Set<String> names = new HashSet<>();
		for (int start = text.indexOf("${"); start >= 0; start = text.indexOf("${", start + 2)) {
			int end = start + 2;
			int separator = -1;
			int braces = 0;
			while (end < text.length() && !text.startsWith("${", end) && braces >= 0) {
				char c = text.charAt(end);
				braces += (c == '{') ? 1 : ((c == '}') ? -1 : 0);
				if (c == ':' && separator < 0 && text.charAt(end - 1) != '\\') {
					separator = end;
				}
				end++;
			}
			boolean composed = braces >= 0 && end < text.length();
			if (separator >= 0) {
				addName(text.substring(start + 2, separator), names);
			}
			else if (composed) {
				names.add(ANY);
			}
			if (!composed) {
				addName(text.substring(start + 2, (braces < 0) ? end - 1 : end), names);
			}
		}
		return Set.copyOf(names);
	}

	/** A colon that is part of a name may be escaped. */
	private static void addName(String written, Set<String> names) {
		String canonical = ConfigKeys.canonical(written);
		names.add(canonical);
		names.add(ConfigKeys.plain(canonical));
		names.add(ConfigKeys.canonical(written.replace("\\:", ":")));
	}

}
