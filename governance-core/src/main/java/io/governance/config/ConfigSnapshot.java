package io.governance.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
	public static final ConfigSnapshot EMPTY = new ConfigSnapshot(ConfigDocuments.NONE, Map.of(), Map.of(),
			KeyMap.empty(), KeyMap.empty());

	private volatile @Nullable SnapshotSecrets secrets;

	private final ConfigDocuments documents;

	private final Map<DocumentId, ParsedDocument> parsed;

	private final Map<DocumentId, DocumentId> variants;

	/** By the canonical keys. */
	private final KeyMap<ParsedDocument.Entry> entries;

	/** By the keys as they are written. */
	private final KeyMap<ParsedDocument.Entry> written;

	private volatile @Nullable Map<String, ConfigValue> values;

	private volatile @Nullable Map<String, List<String>> unusual;

	private ConfigSnapshot(ConfigDocuments documents, Map<DocumentId, ParsedDocument> parsed,
			Map<DocumentId, DocumentId> variants, KeyMap<ParsedDocument.Entry> entries,
			KeyMap<ParsedDocument.Entry> written) {
		this.documents = documents;
		this.parsed = parsed;
		this.variants = variants;
		this.entries = entries;
		this.written = written;
	}

	/**
	 * Merges layers.
	 * @param documents what the layers were parsed from
	 * @param layers the layers, the lowest first; not to be changed any more
	 * @param variants the variants that stand in the place of documents, by those
	 * @param known a snapshot of the same layers; what did not change since is shared
	 * with it
	 * @return the snapshot
	 */
	static ConfigSnapshot merge(ConfigDocuments documents, Map<DocumentId, ParsedDocument> layers,
			Map<DocumentId, DocumentId> variants, ConfigSnapshot known) {
		LayerMerge merge = new LayerMerge(known.parsed, layers);
		return new ConfigSnapshot(documents, layers, Collections.unmodifiableMap(variants),
				known.entries.with(merge.changes()), known.written.with(merge.written()));
	}

	/**
	 * The documents that were read.
	 * @return those that exist, among them variants for others and what decides about
	 * them
	 */
	public ConfigDocuments documents() {
		return this.documents;
	}

	/**
	 * The documents that this snapshot was made of.
	 * @return the documents and variants of them, the lowest precedence first
	 */
	public Set<DocumentId> merged() {
		return Collections.unmodifiableSet(this.parsed.keySet());
	}

	/**
	 * The variants that stand in the place of documents.
	 * @return the variants by the documents that they replace, the lowest precedence
	 * first
	 */
	public Map<DocumentId, DocumentId> variants() {
		return this.variants;
	}

	/**
	 * All keys with their values.
	 * @return an unmodifiable map, keyed by the keys as they are written
	 */
	public Map<String, ConfigValue> values() {
		Map<String, ConfigValue> known = this.values;
		if (known == null) {
			known = below("");
			this.values = known;
		}
		return known;
	}

	/**
	 * The value of a key.
	 * @param key the key as it is written in the document
	 * @return the value, or {@code null} if no layer has that key
	 */
	public @Nullable ConfigValue get(String key) {
		ParsedDocument.Entry entry = this.written.get(key);
		return (entry != null) ? entry.value() : null;
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
	 * The keys that Spring Boot may take for a property where a placeholder names it:
	 * they may be more than the one that is in force, since it leaves out all but letters
	 * and digits, and takes {@code list[0]} for {@code list.0}.
	 * @param key the property
	 * @return the keys as they are written, perhaps with some that only look alike; the
	 * key alone if it is written like that
	 */
	public Collection<String> spellings(String key) {
		if (this.written.get(key) != null) {
			return List.of(key);
		}
		String canonical = ConfigKeys.canonical(key);
		String plain = ConfigKeys.plain(canonical);
		Set<String> spellings = new LinkedHashSet<>();
		for (String name : List.of(canonical, plain)) {
			ParsedDocument.Entry entry = this.entries.get(name);
			if (entry != null) {
				spellings.add(entry.key());
			}
		}
		spellings.addAll(unusual().getOrDefault(plain.replace(".", ""), List.of()));
		return spellings;
	}

	/** The keys that are more than elements between dots, by their letters and digits. */
	private Map<String, List<String>> unusual() {
		Map<String, List<String>> known = this.unusual;
		if (known == null) {
			Map<String, List<String>> found = new HashMap<>();
			values().keySet().forEach((key) -> {
				String canonical = ConfigKeys.canonical(key);
				String plain = ConfigKeys.plain(canonical);
				if (!plain.equals(canonical)) {
					found.computeIfAbsent(plain.replace(".", ""), (letters) -> new ArrayList<>()).add(key);
				}
			});
			known = found;
			this.unusual = known;
		}
		return known;
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
		for (ParsedDocument document : this.parsed.values()) {
			for (ParsedDocument.Entry entry : document.index().near(canonical)) {
				ParsedDocument.Entry winner = ConfigKeys.isBelow(entry.canonical(), canonical)
						? this.entries.get(entry.canonical()) : null;
				if (winner == entry || (winner != null && winner.name().equals(winner.canonical()))) {
					below.putIfAbsent(winner.key(), winner.value());
				}
			}
		}
		return Collections.unmodifiableMap(below);
	}

	private boolean inForce(ParsedDocument.Entry entry) {
		return this.entries.get(entry.canonical()) == entry;
	}

	/**
	 * The keys whose values refer to others.
	 */
	List<ParsedDocument.Entry> referring() {
		List<ParsedDocument.Entry> referring = new ArrayList<>();
		for (ParsedDocument document : this.parsed.values()) {
			for (ParsedDocument.Entry entry : document.index().referring()) {
				if (inForce(entry)) {
					referring.add(entry);
				}
			}
		}
		return referring;
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

	KeyMap<ParsedDocument.Entry> entries() {
		return this.entries;
	}

	@Override
	public String toString() {
		return this.entries.size() + " keys of " + this.documents.documents().keySet();
	}

}
