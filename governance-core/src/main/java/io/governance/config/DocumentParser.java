package io.governance.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes snapshots of documents, parsing only those whose content is new. Not thread-safe.
 */
final class DocumentParser {

	private final List<DocumentId> layers;

	private final ConfigFormats formats;

	private Map<DocumentId, ParsedDocument> parsed = Map.of();

	DocumentParser(List<DocumentId> layers, ConfigFormats formats) {
		this.layers = layers;
		this.formats = formats;
	}

	/**
	 * Parses and merges.
	 * @throws InvalidConfigException if a document cannot be parsed
	 */
	ConfigSnapshot parse(ConfigDocuments documents) {
		Map<DocumentId, ParsedDocument> next = new HashMap<>();
		List<ParsedDocument> present = new ArrayList<>(this.layers.size());
		for (DocumentId id : this.layers) {
			ConfigDocument document = documents.documents().get(id);
			if (document != null) {
				ParsedDocument known = this.parsed.get(id);
				ParsedDocument current = (known != null && known.digest().equals(document.digest())) ? known
						: ParsedDocument.of(document, this.formats.parse(document));
				next.put(id, current);
				present.add(current);
			}
		}
		this.parsed = next;
		return ConfigSnapshot.merge(documents, present);
	}

}
