package io.governance.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Finds the keys of one document without looking at all of them. Thread-safe.
 */
final class DocumentIndex {

	private static final DocumentIndex EMPTY = new DocumentIndex(List.of(), KeyMap.empty());

	private final List<ParsedDocument.Entry> entries;

	private final KeyMap<List<ParsedDocument.Entry>> names;

	private final List<ParsedDocument.Entry> referring;

	private volatile @Nullable Map<String, @Nullable List<ParsedDocument.Entry>> heads;

	private DocumentIndex(List<ParsedDocument.Entry> entries, KeyMap<List<ParsedDocument.Entry>> names) {
		this.entries = entries;
		this.names = names;
		this.referring = entries.stream().filter((entry) -> !entry.placeholders().isEmpty()).toList();
	}

	/**
	 * The index of a document.
	 * @param entries its keys
	 * @param earlier the index of an earlier version, some of whose keys are the very
	 * same objects
	 */
	static DocumentIndex of(List<ParsedDocument.Entry> entries, @Nullable DocumentIndex earlier) {
		DocumentIndex known = (earlier != null) ? earlier : EMPTY;
		Set<String> differing = namesThatDiffer(known.entries, entries);
		Map<String, @Nullable List<ParsedDocument.Entry>> changes = new HashMap<>(differing.size() * 2);
		boolean all = differing.size() >= entries.size();
		for (ParsedDocument.Entry entry : entries) {
			if (all || differing.contains(entry.name())) {
				add(changes, entry.name(), entry);
			}
		}
		for (String name : differing) {
			changes.putIfAbsent(name, null);
		}
		return new DocumentIndex(entries, known.names.with(changes));
	}

	/**
	 * The names under which two versions of a document do not hold the same keys. Perhaps
	 * some more.
	 * @param before a version, or {@code null} for none
	 * @param after the other version, or {@code null} for none
	 */
	static Set<String> namesThatDiffer(@Nullable ParsedDocument before, @Nullable ParsedDocument after) {
		return namesThatDiffer((before != null) ? before.entries() : List.of(),
				(after != null) ? after.entries() : List.of());
	}

	private static Set<String> namesThatDiffer(List<ParsedDocument.Entry> before, List<ParsedDocument.Entry> after) {
		int shorter = Math.min(before.size(), after.size());
		int start = 0;
		while (start < shorter && before.get(start) == after.get(start)) {
			start++;
		}
		int end = 0;
		while (end < shorter - start && before.get(before.size() - 1 - end) == after.get(after.size() - 1 - end)) {
			end++;
		}
		Set<String> names = new HashSet<>(2 * Math.max(before.size(), after.size()) - 2 * start - 2 * end);
		before.subList(start, before.size() - end).forEach((entry) -> names.add(entry.name()));
		after.subList(start, after.size() - end).forEach((entry) -> names.add(entry.name()));
		return names;
	}

	private static void add(Map<String, @Nullable List<ParsedDocument.Entry>> index, String name,
			ParsedDocument.Entry entry) {
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
	 * How many names there are.
	 */
	int size() {
		return this.names.size();
	}

	/**
	 * Goes through the keys by the names under which they are laid over those of other
	 * documents.
	 */
	void forEach(BiConsumer<String, List<ParsedDocument.Entry>> each) {
		this.names.forEach(each);
	}

	/**
	 * The keys under a name, in the order of the document.
	 */
	@Nullable List<ParsedDocument.Entry> find(String name) {
		return this.names.get(name);
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
		Map<String, @Nullable List<ParsedDocument.Entry>> known = this.heads;
		if (known == null) {
			known = new HashMap<>();
			for (ParsedDocument.Entry entry : this.entries) {
				add(known, head(entry.canonical()), entry);
			}
			this.heads = known;
		}
		List<ParsedDocument.Entry> near = known.get(head(prefix));
		return (near != null) ? near : List.of();
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
