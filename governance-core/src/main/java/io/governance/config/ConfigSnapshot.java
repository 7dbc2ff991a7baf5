package io.governance.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * All remote config at one moment: the documents and the keys that follow from merging
 * them. Immutable; its {@link #toString()} shows no value.
 */
public final class ConfigSnapshot {

	/** No config at all. */
	public static final ConfigSnapshot EMPTY = new ConfigSnapshot(ConfigDocuments.NONE, Map.of(), Map.of());

	private volatile @Nullable SnapshotSecrets secrets;

	private final ConfigDocuments documents;

	private final Map<String, ParsedDocument.Entry> entries;

	private final Map<DocumentId, ParsedDocument> parsed;

	private final Map<String, ConfigValue> values;

	private ConfigSnapshot(ConfigDocuments documents, Map<DocumentId, ParsedDocument> parsed,
			Map<String, ParsedDocument.Entry> entries) {
		this.documents = documents;
		this.parsed = parsed;
		this.entries = entries;
		Map<String, ConfigValue> byKey = new LinkedHashMap<>(entries.size() * 2);
		entries.values().forEach((entry) -> byKey.put(entry.key(), entry.value()));
		this.values = Collections.unmodifiableMap(byKey);
	}

	/**
	 * Merges layers.
	 * @param documents what the layers were parsed from
	 * @param layers the layers, the lowest first; not to be changed any more
	 * @return the snapshot
	 */
	static ConfigSnapshot merge(ConfigDocuments documents, Map<DocumentId, ParsedDocument> layers) {
		LayeredKeys<ParsedDocument.Entry> keys = new LayeredKeys<>(ParsedDocument.Entry::canonical);
		layers.values().forEach((layer) -> keys.add(layer.entries()));
		return new ConfigSnapshot(documents, layers, keys.keys());
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
	 * The value of a property, however it is spelled.
	 * @param key the property
	 * @return the value, or {@code null} if no layer has it
	 */
	public @Nullable ConfigValue find(String key) {
		ParsedDocument.Entry entry = this.entries.get(ConfigKeys.canonical(key));
		return (entry != null) ? entry.value() : null;
	}

	/**
	 * The keys that stand in the documents and are not taken over, since remote config
	 * may not set them.
	 * @return the keys in the order of the layers; usually none
	 */
	public List<IgnoredKey> ignored() {
		return this.parsed.values().stream().flatMap((document) -> document.ignored().stream()).toList();
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
		ConfigValue value = find(key);
		return (value != null) ? value.origin() : null;
	}

	/**
	 * Whether a property is to be shown nowhere: its value was encrypted, or refers to
	 * one that was.
	 * @param key the property, however it is spelled
	 * @return {@code true} if it is secret
	 */
	public boolean isSecret(String key) {
		return secrets().contains(key);
	}

	/**
	 * Whether any value was encrypted.
	 * @return {@code true} if there is a secret
	 */
	public boolean hasSecrets() {
		return !secrets().isEmpty();
	}

	/**
	 * Whether a text shows a value that was encrypted, as the message of an exception
	 * does, or a value that is composed of others. A secret of less than four characters
	 * is recognized only if it is the whole text.
	 * @param text the text
	 * @return {@code true} if it must not be shown
	 */
	public boolean reveals(String text) {
		return secrets().areIn(text);
	}

	private SnapshotSecrets secrets() {
		SnapshotSecrets known = this.secrets;
		if (known == null) {
			known = new SnapshotSecrets(values());
			this.secrets = known;
		}
		return known;
	}

	/**
	 * A document of this snapshot, so that it need not be parsed again.
	 */
	@Nullable ParsedDocument parsed(DocumentId id) {
		return this.parsed.get(id);
	}

	Map<String, ParsedDocument.Entry> entries() {
		return this.entries;
	}

	@Override
	public String toString() {
		return this.values.size() + " keys of " + this.documents.documents().keySet();
	}

}
