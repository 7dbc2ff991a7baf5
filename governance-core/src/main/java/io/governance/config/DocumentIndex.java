package io.governance.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Finds the keys of one document without looking at all of them. Thread-safe.
 */
final class DocumentIndex {

	private final List<ParsedDocument.Entry> entries;

	private final Map<String, List<ParsedDocument.Entry>> lists;

	private final List<ParsedDocument.Entry> referring;

	private volatile @Nullable Map<String, List<ParsedDocument.Entry>> heads;

	DocumentIndex(List<ParsedDocument.Entry> entries) {
		this.entries = entries;
		this.lists = new HashMap<>(entries.size() * 2);
		List<ParsedDocument.Entry> withPlaceholders = new ArrayList<>();
		for (ParsedDocument.Entry entry : entries) {
			add(this.lists, ConfigKeys.list(entry.canonical()), entry);
			if (!entry.placeholders().isEmpty()) {
				withPlaceholders.add(entry);
			}
		}
		this.referring = List.copyOf(withPlaceholders);
	}

	private static void add(Map<String, List<ParsedDocument.Entry>> index, String name, ParsedDocument.Entry entry) {
		List<ParsedDocument.Entry> single = List.of(entry);
		List<ParsedDocument.Entry> known = index.putIfAbsent(name, single);
		if (known instanceof ArrayList<ParsedDocument.Entry> many) {
			many.add(entry);
		}
		else if (known != null) {
			List<ParsedDocument.Entry> many = new ArrayList<>(known);
			many.add(entry);
			index.put(name, many);
		}
	}

	/**
	 * The names under which keys are laid over those of other documents: lists, and the
	 * keys that are in none.
	 */
	Set<String> lists() {
		return this.lists.keySet();
	}

	/**
	 * The keys that belong to such a name, in the order of the document.
	 */
	@Nullable List<ParsedDocument.Entry> list(String name) {
		return this.lists.get(name);
	}

	/**
	 * The keys whose values refer to others.
	 */
	List<ParsedDocument.Entry> referring() {
		return this.referring;
	}

	/**
	 * The keys that may be at or below a prefix, in the order of the document.
	 * @param prefix a canonical prefix
	 */
	List<ParsedDocument.Entry> near(String prefix) {
		if (prefix.isEmpty()) {
			return this.entries;
		}
		Map<String, List<ParsedDocument.Entry>> known = this.heads;
		if (known == null) {
			known = new HashMap<>();
			for (ParsedDocument.Entry entry : this.entries) {
				add(known, head(entry.canonical()), entry);
			}
			this.heads = known;
		}
		return known.getOrDefault(head(prefix), List.of());
	}

	private static String head(String key) {
		for (int i = 0; i < key.length(); i++) {
			if (key.charAt(i) == '.' || key.charAt(i) == '[') {
				return key.substring(0, i);
			}
		}
		return key;
	}

}
