package io.governance.config;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * All remote config at one moment: the documents and the keys that follow from merging
 * them. Immutable; its {@link #toString()} shows no value.
 */
public final class ConfigSnapshot {

	/** No config at all. */
	public static final ConfigSnapshot EMPTY = new ConfigSnapshot(ConfigDocuments.NONE, Map.of());

	private final ConfigDocuments documents;

	private final Map<String, ParsedDocument.Entry> entries;

	private final Map<String, ConfigValue> values;

	private ConfigSnapshot(ConfigDocuments documents, Map<String, ParsedDocument.Entry> entries) {
		this.documents = documents;
		this.entries = entries;
		Map<String, ConfigValue> byKey = new LinkedHashMap<>(entries.size() * 2);
		entries.values().forEach((entry) -> byKey.put(entry.key(), entry.value()));
		this.values = Collections.unmodifiableMap(byKey);
	}

	/**
	 * Merges layers. A key in a higher layer replaces the same key, however it is
	 * spelled, in all lower ones; a list is replaced whole, since elements of two lists
	 * make no sense together.
	 * @param documents what the layers were parsed from
	 * @param layers the layers, the lowest first
	 * @return the snapshot
	 */
	static ConfigSnapshot merge(ConfigDocuments documents, List<ParsedDocument> layers) {
		Map<String, ParsedDocument.Entry> merged = new LinkedHashMap<>();
		Map<String, Set<String>> lists = new HashMap<>();
		for (ParsedDocument layer : layers) {
			Set<String> ownLists = new HashSet<>();
			for (ParsedDocument.Entry entry : layer.entries()) {
				dropLowerList(merged, lists, ownLists, entry.canonical());
			}
			for (ParsedDocument.Entry entry : layer.entries()) {
				merged.put(entry.canonical(), entry);
				int bracket = entry.canonical().indexOf('[');
				if (bracket > 0) {
					String list = entry.canonical().substring(0, bracket);
					lists.computeIfAbsent(list, (key) -> new HashSet<>()).add(entry.canonical());
				}
			}
		}
		return new ConfigSnapshot(documents, merged);
	}

	private static void dropLowerList(Map<String, ParsedDocument.Entry> merged, Map<String, Set<String>> lists,
			Set<String> ownLists, String key) {
		int bracket = key.indexOf('[');
		String list = (bracket > 0) ? key.substring(0, bracket) : key;
		if (!ownLists.add(list)) {
			return;
		}
		Set<String> lower = lists.remove(list);
		if (lower != null) {
			merged.keySet().removeAll(lower);
		}
		if (bracket > 0) {
			merged.remove(list);
		}
	}

	/**
	 * The documents that this snapshot was made of.
	 * @return those of the layers that exist
	 */
	public ConfigDocuments documents() {
		return this.documents;
	}

	/**
	 * All keys with their values.
	 * @return an unmodifiable map, keyed by the keys as they are written
	 */
	public Map<String, ConfigValue> values() {
		return this.values;
	}

	/**
	 * The value of a key.
	 * @param key the key as it is written in the document
	 * @return the value, or {@code null} if no layer has that key
	 */
	public @Nullable ConfigValue get(String key) {
		return this.values.get(key);
	}

	/**
	 * The keys at or below a prefix, however it is spelled.
	 * @param prefix the prefix; empty for all keys
	 * @return the values, keyed by the keys as they are written
	 */
	public Map<String, ConfigValue> below(String prefix) {
		String canonical = ConfigKeys.canonical(prefix);
		Map<String, ConfigValue> below = new LinkedHashMap<>();
		this.entries.forEach((key, entry) -> {
			if (ConfigKeys.isBelow(key, canonical)) {
				below.put(entry.key(), entry.value());
			}
		});
		return Collections.unmodifiableMap(below);
	}

	/**
	 * Where a property stands, however it is spelled.
	 * @param key the property
	 * @return the place, or {@code null} if no layer has it
	 */
	public @Nullable ConfigOrigin originOf(String key) {
		ParsedDocument.Entry entry = this.entries.get(ConfigKeys.canonical(key));
		return (entry != null) ? entry.value().origin() : null;
	}

	Map<String, ParsedDocument.Entry> entries() {
		return this.entries;
	}

	@Override
	public String toString() {
		return this.values.size() + " keys of " + this.documents.documents().keySet();
	}

}
