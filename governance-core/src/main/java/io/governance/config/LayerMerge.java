package io.governance.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What follows for the merged keys from a change of some layers: a name, which is a list
 * or a key that is in none, belongs to the highest layer that has it, however it is
 * spelled; a list is replaced whole, since elements of two lists make no sense together.
 * Only names that a changed layer has or had are looked at. Not thread-safe.
 */
final class LayerMerge {

	private final Map<String, ParsedDocument.@Nullable Entry> changes = new LinkedHashMap<>();

	private final Map<String, ParsedDocument.@Nullable Entry> written = new LinkedHashMap<>();

	/**
	 * Compares layers.
	 * @param before the layers that were merged before, the lowest first
	 * @param after the layers to merge, the lowest first
	 */
	LayerMerge(Map<DocumentId, ParsedDocument> before, Map<DocumentId, ParsedDocument> after) {
		Set<String> names = new HashSet<>();
		before.forEach((id, document) -> {
			if (after.get(id) != document) {
				names.addAll(DocumentIndex.namesThatDiffer(document, after.get(id)));
			}
		});
		after.forEach((id, document) -> {
			if (!before.containsKey(id)) {
				names.addAll(DocumentIndex.namesThatDiffer(null, document));
			}
		});
		Map<String, List<ParsedDocument.Entry>> old = winners(before, names);
		Map<String, List<ParsedDocument.Entry>> now = winners(after, names);
		old.forEach((name, entries) -> {
			if (now.get(name) != entries) {
				for (ParsedDocument.Entry entry : entries) {
					this.changes.put(entry.canonical(), null);
					this.written.put(entry.key(), null);
				}
			}
		});
		now.forEach((name, entries) -> {
			if (old.get(name) != entries) {
				for (ParsedDocument.Entry entry : entries) {
					ParsedDocument.Entry twice = this.changes.put(entry.canonical(), entry);
					if (twice != null) {
						this.written.put(twice.key(), null);
					}
					this.written.put(entry.key(), entry);
				}
			}
		});
	}

	private static Map<String, List<ParsedDocument.Entry>> winners(Map<DocumentId, ParsedDocument> layers,
			Set<String> names) {
		List<ParsedDocument> lowestFirst = new ArrayList<>(layers.values());
		Map<String, List<ParsedDocument.Entry>> winners = new HashMap<>(names.size() * 2);
		for (int i = lowestFirst.size() - 1; i >= 0; i--) {
			DocumentIndex index = lowestFirst.get(i).index();
			if (names.size() > index.size()) {
				index.forEach((name, entries) -> {
					if (names.contains(name)) {
						winners.putIfAbsent(name, entries);
					}
				});
				continue;
			}
			for (String name : names) {
				List<ParsedDocument.Entry> entries = index.find(name);
				if (entries != null) {
					winners.putIfAbsent(name, entries);
				}
			}
		}
		return winners;
	}

	/**
	 * The changed entries by their canonical keys; {@code null} where there is none any
	 * more.
	 */
	Map<String, ParsedDocument.@Nullable Entry> changes() {
		return this.changes;
	}

	/**
	 * The same by the keys as they are written.
	 */
	Map<String, ParsedDocument.@Nullable Entry> written() {
		return this.written;
	}

}
